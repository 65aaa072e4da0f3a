using System.Text;

namespace Bridge.Server.Messages;

/// <summary>UTF-8 that tells what it cannot hold, instead of putting something else in its place.</summary>
internal static class StrictUtf8
{
    public static UTF8Encoding Instance { get; } = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
}
