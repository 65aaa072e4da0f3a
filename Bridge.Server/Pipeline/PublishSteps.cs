using Bridge.Contracts;
using Bridge.Contracts.Steps;
using Bridge.Server.Messages;
using Bridge.Server.Topics;

namespace Bridge.Server.Pipeline;

/// <summary>Has what clients publish go through the steps.</summary>
internal sealed class PublishSteps(StepPipeline pipeline, TimeProvider time)
{
    /// <summary>Publishes what the steps make of a message. Messages leave in the order of the calls.</summary>
    /// <param name="request">The message.</param>
    /// <param name="user">Who publishes; null where nobody had to say it.</param>
    /// <param name="publish">Publishes one of the messages; it is called in their order, without waiting for the one before.</param>
    /// <param name="dropped">The answer where nothing is to be published; null for a request, of which exactly one message is sent.</param>
    /// <returns>The answer for the first message.</returns>
    /// <exception cref="BridgeException">A step rejected the message, or failed; or too many wait.</exception>
    public Task<T> RunAsync<T>(PublishRequest request, string? user, Func<PublishRequest, Task<T>> publish, Func<T>? dropped)
    {
        // What is no topic name is told where all messages are checked.
        if (pipeline.FindLane(request.BrokerKey, StepStage.Publish) is not { } lane || TopicName.Check(request.Topic) is not null || !lane.Takes(request.Topic))
            return publish(request);

        var run = new PublishThroughSteps<T>(request, publish, dropped, time.GetUtcNow());
        return lane.Post(new StepWork(run.Message, run, user), makesRoom: false)
            ? run.Answer
            : throw StepVerdict.Overloaded.ToFailure();
    }
}
