using System.Globalization;
using Bridge.Contracts;
using Bridge.Server.Messages;

namespace Bridge.Server.FanOut;

/// <summary>A place in one broker's stream, as clients know it: <c>epoch.position</c>.</summary>
/// <param name="Epoch">Which run of which stream: short, and never the same twice.</param>
/// <param name="Position">The position up to which all is known.</param>
internal readonly record struct StreamCursor(string Epoch, long Position)
{
    // What an epoch may be, now and in versions to come; a cursor stands in headers and URLs.
    private const int LongestEpoch = 32;

    /// <summary>Reads a cursor; it need not be of a stream that there is.</summary>
    /// <exception cref="BridgeException">It is none.</exception>
    public static StreamCursor Parse(string text)
    {
        var dot = text.IndexOf('.', StringComparison.Ordinal);
        return dot is > 0 and <= LongestEpoch
            && text.AsSpan(0, dot).IndexOfAnyExcept(Alphabet) < 0
            && long.TryParse(text.AsSpan(dot + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var position)
                ? new StreamCursor(text[..dot], position)
                : throw Invalid();
    }

    public static BridgeException Invalid() => new(ErrorCodes.CursorInvalid, "The cursor is none that this bridge gave.");

    private static System.Buffers.SearchValues<char> Alphabet { get; } =
        System.Buffers.SearchValues.Create("0123456789abcdefghijklmnopqrstuvwxyz");

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Epoch}.{Position}");
}
