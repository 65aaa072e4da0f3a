namespace Bridge.Server.Pipeline.Scripts;

/// <summary>A script threw, or returned what no message can be made of. The message begins with the place in the file.</summary>
internal sealed class ScriptException(string message, Exception? inner = null) : Exception(message, inner);
