using System.Globalization;
using System.Text;
using Bridge.Contracts;
using Bridge.Server.Topics;
using Jint;
using Jint.Native;
using Jint.Native.Object;

namespace Bridge.Server.Pipeline.Scripts;

/// <summary>Makes a message of an object's members; what it does not have is as in the message that came.</summary>
/// <param name="json">Writes values that are no text.</param>
/// <param name="budget">What the call has left.</param>
internal sealed class ScriptMembers(ScriptJson json, ScriptBudget budget)
{
    private static readonly JsString[] Keys = [.. ScriptMessage.Names.Select(name => new JsString(name))];

    /// <summary>The message itself where nothing is other than it was.</summary>
    /// <exception cref="ScriptException">A member holds what it cannot.</exception>
    public BridgeMessage Read(ObjectInstance item, ScriptMessage message)
    {
        var made = message.Original;
        for (var slot = 0; slot < Keys.Length; slot++)
        {
            var value = item.Get(Keys[slot]);
            if (ReferenceEquals(value, ScriptMessage.Untouched) || (ReferenceEquals(value, message.Given(slot)) && !IsChangedInPlace(value, slot)))
                continue;
            if (value.IsUndefined() && !item.HasProperty(Keys[slot]))
                continue;

            made = slot == 3 ? SetBytes(made, value, message.Original) : Set(made, slot, value);
        }

        return made;
    }

    private static bool IsChangedInPlace(JsValue value, int slot) => value is JsTypedArray || (slot == 9 && value is JsArray);

    private BridgeMessage Set(BridgeMessage made, int slot, JsValue value)
    {
        switch (slot)
        {
            case 0:
                return Text(value, slot) is var key && key == made.BrokerKey ? made : made with { BrokerKey = key };
            case 1:
                return SetTopic(made, Text(value, slot), slot);
            case 2:
                return made with { Payload = Payload(value, slot) };
            case 4:
                return QoS(value, slot) is var qos && qos == made.QualityOfService ? made : made with { QualityOfService = qos };
            case 5:
                return Flag(value, slot) is var retain && retain == made.Retain ? made : made with { Retain = retain };
            case 6:
                return Text(value, slot) == ScriptMessage.Time(made.ReceivedAt) ? made : throw Wrong(slot, "cannot be changed");
            case 7:
                return Text(value, slot).Equals(made.Source.ToString(), StringComparison.OrdinalIgnoreCase) ? made : throw Wrong(slot, "cannot be changed");
            case 8:
                return OptionalText(value, slot) is var type && type == made.ContentType ? made : made with { ContentType = type };
            case 9:
                return Properties(value, slot) is var properties && properties.SequenceEqual(made.UserProperties) ? made : made with { UserProperties = properties };
            case 10:
                return OptionalText(value, slot) is var topic && topic == made.ResponseTopic ? made : made with { ResponseTopic = topic };
            case 11:
                return SetCorrelation(made, value, slot);
            default:
                return Time(value, slot) is var time && time == made.ExpiresAt ? made : made with { ExpiresAt = time };
        }
    }

    /// <summary>Bytes come after the text; where all members were copied to another object, they are there, but nobody set them.</summary>
    private static BridgeMessage SetBytes(BridgeMessage made, JsValue value, BridgeMessage original)
    {
        var bytes = Bytes(value, 3);
        if (IsSame(bytes, original.Payload))
            return made;

        return made.Payload.Equals(original.Payload) ? made with { Payload = bytes } : throw Wrong(3, "and message cannot both be set");
    }

    private static BridgeMessage SetTopic(BridgeMessage made, string topic, int slot)
    {
        if (topic == made.Topic)
            return made;

        return TopicName.Check(topic) is { } problem ? throw Wrong(slot, $"is none: {problem}") : made with { Topic = topic };
    }

    private static BridgeMessage SetCorrelation(BridgeMessage made, JsValue value, int slot)
    {
        ReadOnlyMemory<byte>? data = IsNothing(value) ? null : Bytes(value, slot);
        var isSame = data is { } now && made.CorrelationData is { } before ? IsSame(now, before) : data is null && made.CorrelationData is null;
        return isSame ? made : made with { CorrelationData = data };
    }

    private ReadOnlyMemory<byte> Payload(JsValue value, int slot)
    {
        if (value.IsString())
            return Encoding.UTF8.GetBytes(value.AsString());
        if (value.IsUint8Array() || value is JsArrayBuffer)
            return Bytes(value, slot);
        if (value.IsUndefined() || value.IsCallable() || value.IsSymbol())
            throw Wrong(slot, "must be a string, bytes, or what JSON can hold");

        return Encoding.UTF8.GetBytes(json.Write(value) ?? throw Wrong(slot, "has no JSON"));
    }

    private static ReadOnlyMemory<byte> Bytes(JsValue value, int slot)
    {
        if (value.IsUint8Array())
            return value.AsUint8Array();

        // The array is the engine's, which goes on writing to it.
        return value is JsArrayBuffer && value.AsArrayBuffer() is { } buffer ? buffer.ToArray() : throw Wrong(slot, "must be a Uint8Array or an ArrayBuffer");
    }

    private static bool IsSame(ReadOnlyMemory<byte> one, ReadOnlyMemory<byte> other) => one.Span.SequenceEqual(other.Span);

    private static QualityOfService QoS(JsValue value, int slot) =>
        value.IsNumber() && value.AsNumber() is 0 or 1 or 2 ? (QualityOfService)value.AsNumber() : throw Wrong(slot, "must be 0, 1 or 2");

    private static bool Flag(JsValue value, int slot) => value.IsBoolean() ? value.AsBoolean() : throw Wrong(slot, "must be true or false");

    private static string Text(JsValue value, int slot) => value.IsString() ? value.AsString() : throw Wrong(slot, "must be a string");

    private static string? OptionalText(JsValue value, int slot) => IsNothing(value) ? null : Text(value, slot);

    private static bool IsNothing(JsValue value) => value.IsUndefined() || value.IsNull();

    private UserProperty[] Properties(JsValue value, int slot)
    {
        if (IsNothing(value))
            return [];
        if (value is not JsArray array)
            throw Wrong(slot, "must be an array of [name, value]");

        return [.. array.Select(item => Property(item, slot))];
    }

    private UserProperty Property(JsValue item, int slot)
    {
        budget.Look();
        return item is JsArray { Length: 2 } pair && pair[0].IsString() && pair[1].IsString()
            ? new(pair[0].AsString(), pair[1].AsString())
            : throw Wrong(slot, "must be an array of [name, value], both strings");
    }

    private static DateTimeOffset? Time(JsValue value, int slot)
    {
        if (IsNothing(value))
            return null;
        if (value is JsDate date && date.DateValue is >= -62_135_596_800_000 and <= 253_402_300_799_999 and var milliseconds)
            return DateTimeOffset.FromUnixTimeMilliseconds((long)milliseconds);

        return value.IsString() && DateTimeOffset.TryParse(value.AsString(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
            ? time
            : throw Wrong(slot, "must be a Date, or a string as 2026-11-22T10:00:00.123Z");
    }

    private static ScriptException Wrong(int slot, string problem) => new($"{ScriptMessage.Names[slot]} {problem}");
}
