using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using MessagePack;
using MessagePack.Formatters;

namespace Bridge.Contracts.Wire;

/// <summary>The wire's form of a time: RFC 3339 in UTC with milliseconds, a string in JSON and in MessagePack.</summary>
internal static class Timestamp
{
    private const string Format = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    /// <summary>The length of a written time, in characters and in bytes.</summary>
    public const int Length = 24;

    public static string ToText(DateTimeOffset time) => time.UtcDateTime.ToString(Format, CultureInfo.InvariantCulture);

    public static DateTimeOffset Parse(string? text) => DateTimeOffset.Parse(
        text ?? throw new FormatException("A time is missing."), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

#if !NETSTANDARD2_0
    /// <summary>Writes the time's 24 ASCII characters.</summary>
    public static void Write(DateTimeOffset time, Span<byte> destination) =>
        time.UtcDateTime.TryFormat(destination, out _, Format, CultureInfo.InvariantCulture);
#endif
}

/// <summary>Writes a time as <see cref="Timestamp"/> has it.</summary>
internal sealed class TimestampJsonConverter : JsonConverter<DateTimeOffset>
{
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Timestamp.Parse(reader.GetString());

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(Timestamp.ToText(value));
}

/// <summary>Writes a time as RFC 3339 in UTC with milliseconds.</summary>
/// <remarks>Public because the code that MessagePack generates for a record must be able to reach it.</remarks>
public sealed class TimestampFormatter : IMessagePackFormatter<DateTimeOffset>
{
    /// <inheritdoc/>
    public void Serialize(ref MessagePackWriter writer, DateTimeOffset value, MessagePackSerializerOptions options) =>
        writer.Write(Timestamp.ToText(value));

    /// <inheritdoc/>
    public DateTimeOffset Deserialize(ref MessagePackReader reader, MessagePackSerializerOptions options) =>
        Timestamp.Parse(reader.ReadString());
}

/// <summary>Writes a time that may be absent.</summary>
/// <remarks>Public because the code that MessagePack generates for a record must be able to reach it.</remarks>
public sealed class OptionalTimestampFormatter : IMessagePackFormatter<DateTimeOffset?>
{
    /// <inheritdoc/>
    public void Serialize(ref MessagePackWriter writer, DateTimeOffset? value, MessagePackSerializerOptions options) =>
        writer.Write(value is { } time ? Timestamp.ToText(time) : null);

    /// <inheritdoc/>
    public DateTimeOffset? Deserialize(ref MessagePackReader reader, MessagePackSerializerOptions options) =>
        reader.ReadString() is { } text ? Timestamp.Parse(text) : null;
}
