namespace Bridge.Server.Pipeline;

/// <summary>A step took more time, memory or statements than it may for one message.</summary>
internal sealed class StepOverrunException(string message, Exception? inner = null) : Exception(message, inner);
