namespace Bridge.Server.Persistence;

/// <summary>What is logged of files.</summary>
internal static partial class StoreLog
{
    [LoggerMessage(8001, LogLevel.Error, "{Path} cannot be used: {Problem}. It is kept as {Name}; the bridge goes on with a new one")]
    public static partial void SetAside(ILogger logger, string path, string problem, string name);

    [LoggerMessage(8002, LogLevel.Warning, "{Path} cannot be written: {Problem}. The bridge runs on; what it knows is written as soon as that is possible")]
    public static partial void Failed(ILogger logger, string path, string problem);

    [LoggerMessage(8003, LogLevel.Information, "{Path} is written again, after {Seconds:0} s")]
    public static partial void Recovered(ILogger logger, string path, double seconds);
}
