using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Bridge.Server.Pipeline.Ready;

/// <summary>Values of Sparkplug as payloads: text, bytes as they are, and JSON for what has parts.</summary>
internal static class SparkplugPayloads
{
    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static bool IsJson(object? value) => value is null or object?[] or SparkplugDataSet or SparkplugTemplate;

    /// <exception cref="InvalidDataException">It is malformed.</exception>
    public static byte[] Of(object? value) => value switch
    {
        byte[] bytes => bytes,
        string text => Encoding.UTF8.GetBytes(text),
        bool flag => flag ? "true"u8.ToArray() : "false"u8.ToArray(),
        IFormattable number => Encoding.UTF8.GetBytes(number.ToString(null, CultureInfo.InvariantCulture)),
        _ => Json(value),
    };

    private static byte[] Json(object? value)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, Readable))
            Write(writer, value);
        return buffer.WrittenSpan.ToArray();
    }

    private static void Write(Utf8JsonWriter writer, object? value)
    {
        switch (value)
        {
            case null: writer.WriteNullValue(); break;
            case bool flag: writer.WriteBooleanValue(flag); break;
            case long number: writer.WriteNumberValue(number); break;
            case ulong number: writer.WriteNumberValue(number); break;
            case float number when float.IsFinite(number): writer.WriteNumberValue(number); break;
            case double number when double.IsFinite(number): writer.WriteNumberValue(number); break;
            case byte[] bytes: writer.WriteBase64StringValue(bytes); break;
            case object?[] items: WriteArray(writer, items); break;
            case SparkplugDataSet set: Write(writer, set); break;
            case SparkplugTemplate template: Write(writer, template); break;
            // JSON has no NaN and no infinity.
            default: writer.WriteStringValue(Convert.ToString(value, CultureInfo.InvariantCulture)); break;
        }
    }

    private static void WriteArray(Utf8JsonWriter writer, IEnumerable<object?> items)
    {
        writer.WriteStartArray();
        foreach (var item in items)
            Write(writer, item);
        writer.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter writer, SparkplugDataSet set)
    {
        writer.WriteStartObject();
        writer.WritePropertyName("columns");
        WriteArray(writer, set.Columns);
        writer.WritePropertyName("types");
        WriteArray(writer, set.ColumnTypes.Select(type => ((SparkplugType)type).ToString()));
        writer.WriteStartArray("rows");
        foreach (var row in set.Rows)
            WriteArray(writer, row.Elements.Select((cell, i) => SparkplugValues.Of(cell, i < set.ColumnTypes.Count ? (SparkplugType)set.ColumnTypes[i] : default)));
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, SparkplugTemplate template)
    {
        writer.WriteStartObject();
        if (template.HasVersion)
            writer.WriteString("version", template.Version);
        if (template.HasTemplateRef)
            writer.WriteString("templateRef", template.TemplateRef);
        if (template.HasIsDefinition)
            writer.WriteBoolean("isDefinition", template.IsDefinition);
        writer.WriteStartArray("metrics");
        foreach (var metric in template.Metrics)
            WriteNamed(writer, metric.Name, (SparkplugType)metric.Datatype, SparkplugValues.Of(metric, (SparkplugType)metric.Datatype));
        writer.WriteEndArray();
        writer.WriteStartArray("parameters");
        foreach (var parameter in template.Parameters)
            WriteNamed(writer, parameter.Name, (SparkplugType)parameter.Type, SparkplugValues.Of(parameter, (SparkplugType)parameter.Type));
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteNamed(Utf8JsonWriter writer, string name, SparkplugType type, object? value)
    {
        writer.WriteStartObject();
        writer.WriteString("name", name);
        if (type != SparkplugType.Unknown)
            writer.WriteString("type", type.ToString());
        writer.WritePropertyName("value");
        Write(writer, value);
        writer.WriteEndObject();
    }
}
