using System.Text.Json;
using System.Text.Json.Serialization;
using MessagePack;
using MessagePack.Formatters;

namespace Bridge.Contracts.Wire;

/// <summary>Writes an enumeration as its member's name in camel case.</summary>
/// <typeparam name="T">The enumeration.</typeparam>
internal sealed class CamelCaseEnumConverter<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.CamelCase, allowIntegerValues: false)
    where T : struct, Enum;

/// <summary>Writes an enumeration as its member's name in camel case.</summary>
/// <remarks>
/// Public because the code that MessagePack generates for a record must be able to reach it. Each property names it, since
/// SignalR's resolver would otherwise write the enumeration by MessagePack's rule (<c>Connected</c>), whatever the type says.
/// </remarks>
/// <typeparam name="T">The enumeration.</typeparam>
public sealed class CamelCaseEnumFormatter<T> : IMessagePackFormatter<T>
    where T : struct, Enum
{
    private static readonly Dictionary<T, string> Names =
        Members().ToDictionary(value => value, value => JsonNamingPolicy.CamelCase.ConvertName(value.ToString()));

    private static readonly Dictionary<string, T> Values = Names.ToDictionary(pair => pair.Value, pair => pair.Key);

    private static T[] Members() =>
#if NETSTANDARD2_0
        (T[])Enum.GetValues(typeof(T));
#else
        Enum.GetValues<T>();
#endif

    /// <inheritdoc/>
    public void Serialize(ref MessagePackWriter writer, T value, MessagePackSerializerOptions options) => writer.Write(Names[value]);

    /// <inheritdoc/>
    public T Deserialize(ref MessagePackReader reader, MessagePackSerializerOptions options)
    {
        var name = reader.ReadString();
        return name is not null && Values.TryGetValue(name, out var value)
            ? value
            : throw new MessagePackSerializationException($"'{name}' is not a {typeof(T).Name}.");
    }
}

/// <summary>Writes a quality of service as its number.</summary>
/// <remarks>Public because the code that MessagePack generates for a record must be able to reach it.</remarks>
public sealed class QualityOfServiceFormatter : IMessagePackFormatter<QualityOfService>
{
    /// <inheritdoc/>
    public void Serialize(ref MessagePackWriter writer, QualityOfService value, MessagePackSerializerOptions options) =>
        writer.Write((byte)value);

    /// <inheritdoc/>
    public QualityOfService Deserialize(ref MessagePackReader reader, MessagePackSerializerOptions options) =>
        (QualityOfService)reader.ReadByte();
}
