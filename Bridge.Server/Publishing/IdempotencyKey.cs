using Bridge.Contracts;
using Bridge.Server.Messages;

namespace Bridge.Server.Publishing;

/// <summary>By which a message is known when a client sends it again.</summary>
internal static class IdempotencyKey
{
    private const int MostCharacters = 255;

    /// <exception cref="BridgeException">It is none.</exception>
    public static string Parse(string text) => text.Length is > 0 and <= MostCharacters && !text.AsSpan().ContainsAnyExceptInRange('!', '~')
        ? text
        : throw BridgeException.RequestInvalid($"An idempotency key has 1 to {MostCharacters} visible ASCII characters.");

    /// <summary>The key of one of several messages that came with one key.</summary>
    public static string? OfItem(string? key, int index) => key is null ? null : FormattableString.Invariant($"{key}#{index}");

    /// <summary>Gives a message the key that came beside it.</summary>
    /// <exception cref="BridgeException">It has another.</exception>
    public static PublishRequest WithKey(this PublishRequest request, string? key)
    {
        if (key is null || key == request.IdempotencyKey)
            return request;

        return request.IdempotencyKey is null
            ? request with { IdempotencyKey = key }
            : throw BridgeException.RequestInvalid($"'idempotencyKey' differs from the header: '{key}'.");
    }
}
