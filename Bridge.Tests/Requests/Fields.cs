using System.Text.Json;
using Bridge.Server.Requests;
using MessagePack;
using MessagePack.Resolvers;

namespace Bridge.Tests.Requests;

/// <summary>Requests as they come through each door.</summary>
internal static class Fields
{
    private static readonly MessagePackSerializerOptions HubOptions = MessagePackSerializerOptions.Standard
        .WithResolver(CompositeResolver.Create([new RequestFieldsFormatter()], [StandardResolver.Instance]))
        .WithSecurity(MessagePackSecurity.UntrustedData);

    /// <summary>The body of an HTTP request.</summary>
    public static RequestFields FromHttp(string json) => FieldJson.ParseObject(System.Text.Encoding.UTF8.GetBytes(json));

    /// <summary>A hub method's argument in the JSON protocol.</summary>
    public static RequestFields FromHub(string json) => JsonSerializer.Deserialize<RequestFields>(json)!;

    /// <summary>A hub method's argument in the MessagePack protocol.</summary>
    public static RequestFields FromMessagePack(byte[] bytes) => MessagePackSerializer.Deserialize<RequestFields>(bytes, HubOptions);

    /// <inheritdoc cref="FromMessagePack(byte[])"/>
    public static RequestFields FromMessagePack(WriteMessagePack write) => FromMessagePack(Pack(write));

    /// <summary>The fields of a form, or the parameters of a query.</summary>
    public static RequestFields FromForm(params (string Name, string Value)[] fields)
    {
        var form = new RequestFields();
        foreach (var (name, value) in fields)
            form.Add(name, FieldValue.FromForm(value));
        return form;
    }

    public static byte[] Pack(WriteMessagePack write)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>();
        var writer = new MessagePackWriter(buffer);
        write(ref writer);
        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    public delegate void WriteMessagePack(ref MessagePackWriter writer);
}
