using System.Globalization;

namespace Bridge.Tests.Support;

/// <summary>Publishes and subscribes with mosquitto's own programs: an implementation of MQTT that the bridge does not share.</summary>
internal sealed class MosquittoClients(MosquittoBroker broker, MosquittoOptions options)
{
    /// <summary>
    /// Publishes, over MQTT 5, and returns when the broker has acknowledged it (with QoS 0: when it was sent).
    /// Properties go into the extra arguments: <c>"-D", "publish", "content-type", "text/plain"</c>.
    /// </summary>
    public async Task PublishAsync(string topic, ReadOnlyMemory<byte> payload, int qos, bool retain, string[] extraArguments)
    {
        List<string> arguments = [.. Connection(), "-t", topic, "-q", Text(qos), .. extraArguments];
        if (retain)
            arguments.Add("-r");
        // mosquitto_pub refuses an empty standard input.
        arguments.Add(payload.IsEmpty ? "-n" : "-s");
        var result = await ProcessRun.RunAsync(Tools.MosquittoPub, arguments, payload);
        result.EnsureSuccess();
    }

    /// <summary>Subscribes, over MQTT 5; the broker has confirmed it when this returns.</summary>
    public async Task<MosquittoSubscription> SubscribeAsync(string filter, int qos, string[] extraArguments)
    {
        var id = $"sub-{Guid.NewGuid():N}";
        List<string> arguments =
            [.. Connection(), "-i", id, "-t", filter, "-q", Text(qos), "-F", MosquittoMessage.Format, .. extraArguments];
        var process = ChildProcess.Start(Tools.MosquittoSub, arguments);
        try
        {
            // From the broker's log: mosquitto_sub keeps such lines in its buffer until the first message comes.
            var subscribed = broker.WaitForLogAsync($"{id} {qos} {filter}");
            if (await Task.WhenAny(subscribed, process.Ended) != subscribed)
                throw new InvalidOperationException($"mosquitto_sub ended: {string.Join('\n', process.Errors.Items)}");
            await subscribed;
            return new(process);
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    private List<string> Connection()
    {
        List<string> arguments = ["-V", "mqttv5", "-h", "127.0.0.1", "-p", Text(broker.Port)];
        // mosquitto 2.0.11 miscounts QoS 2: its own clients take a burst for more than their usual maximum of 20, and close.
        arguments.AddRange(["-D", "connect", "receive-maximum", "65535"]);
        if (options.Tls)
        {
            var certificates = options.Certificates();
            arguments.AddRange(["--cafile", certificates.Ca]);
            if (options.RequireClientCertificate)
                arguments.AddRange(["--cert", certificates.ClientCertificate, "--key", certificates.ClientKey]);
        }

        if (options.Users is { Count: > 0 } users)
            arguments.AddRange(["-u", users.First().Key, "-P", users.First().Value]);
        return arguments;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
