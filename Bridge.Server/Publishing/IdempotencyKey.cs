using Bridge.Contracts;
using Bridge.Server.Access;
using Bridge.Server.Messages;

namespace Bridge.Server.Publishing;

/// <summary>An idempotency key, and whose it is: what others choose does not meet.</summary>
/// <param name="Caller">Whose.</param>
/// <param name="Key">The key.</param>
internal readonly record struct CallerKey(CallerId Caller, string Key);

/// <summary>By which a message is known when a client sends it again.</summary>
internal static class IdempotencyKey
{
    private const int MostCharacters = 255;

    /// <exception cref="BridgeException">It is none.</exception>
    public static string Parse(string text) => text.Length is > 0 and <= MostCharacters && !text.AsSpan().ContainsAnyExceptInRange('!', '~')
        ? text
        : throw BridgeException.RequestInvalid($"An idempotency key has 1 to {MostCharacters} visible ASCII characters.");

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

    /// <summary>Refuses a message with a key of its own in an array that has one: it can be published once under one key only.</summary>
    /// <exception cref="BridgeException">It has one.</exception>
    public static PublishRequest InArrayWithKey(this PublishRequest request, string? key) => key is null || request.IdempotencyKey is null
        ? request
        : throw BridgeException.RequestInvalid($"'idempotencyKey' is not for an item of an array with the header '{key}'.");
}
