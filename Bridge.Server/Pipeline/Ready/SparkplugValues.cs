using Google.Protobuf;

namespace Bridge.Server.Pipeline.Ready;

/// <summary>
/// Values of Sparkplug as those of .NET: null, <see cref="long"/>, <see cref="ulong"/>, <see cref="float"/>, <see cref="double"/>,
/// <see cref="bool"/>, <see cref="string"/>, bytes, an array of these, or a data set or template as it is.
/// </summary>
internal static class SparkplugValues
{
    /// <exception cref="InvalidDataException">It is malformed.</exception>
    public static object? Of(SparkplugMetric metric, SparkplugType type) => metric.IsNull ? null : metric.ValueCase switch
    {
        SparkplugMetric.ValueOneofCase.IntValue => Integer(metric.IntValue, type),
        SparkplugMetric.ValueOneofCase.LongValue => Integer(metric.LongValue, type),
        SparkplugMetric.ValueOneofCase.FloatValue => metric.FloatValue,
        SparkplugMetric.ValueOneofCase.DoubleValue => metric.DoubleValue,
        SparkplugMetric.ValueOneofCase.BooleanValue => metric.BooleanValue,
        SparkplugMetric.ValueOneofCase.StringValue => metric.StringValue,
        SparkplugMetric.ValueOneofCase.BytesValue => Bytes(metric.BytesValue, type),
        SparkplugMetric.ValueOneofCase.DatasetValue => metric.DatasetValue,
        SparkplugMetric.ValueOneofCase.TemplateValue => metric.TemplateValue,
        _ => null,
    };

    public static object? Of(SparkplugCell cell, SparkplugType type) => cell.ValueCase switch
    {
        SparkplugCell.ValueOneofCase.IntValue => Integer(cell.IntValue, type),
        SparkplugCell.ValueOneofCase.LongValue => Integer(cell.LongValue, type),
        SparkplugCell.ValueOneofCase.FloatValue => cell.FloatValue,
        SparkplugCell.ValueOneofCase.DoubleValue => cell.DoubleValue,
        SparkplugCell.ValueOneofCase.BooleanValue => cell.BooleanValue,
        SparkplugCell.ValueOneofCase.StringValue => cell.StringValue,
        _ => null,
    };

    public static object? Of(SparkplugParameter parameter, SparkplugType type) => parameter.ValueCase switch
    {
        SparkplugParameter.ValueOneofCase.IntValue => Integer(parameter.IntValue, type),
        SparkplugParameter.ValueOneofCase.LongValue => Integer(parameter.LongValue, type),
        SparkplugParameter.ValueOneofCase.FloatValue => parameter.FloatValue,
        SparkplugParameter.ValueOneofCase.DoubleValue => parameter.DoubleValue,
        SparkplugParameter.ValueOneofCase.BooleanValue => parameter.BooleanValue,
        SparkplugParameter.ValueOneofCase.StringValue => parameter.StringValue,
        _ => null,
    };

    /// <summary>Signed ones are two's complement, in the width of their type or extended to that of the field: both are sent.</summary>
    private static object Integer(ulong value, SparkplugType type) => type switch
    {
        SparkplugType.Int8 => (long)(sbyte)value,
        SparkplugType.Int16 => (long)(short)value,
        SparkplugType.Int32 => (long)(int)value,
        SparkplugType.Int64 => (long)value,
        SparkplugType.UInt8 => (ulong)(byte)value,
        SparkplugType.UInt16 => (ulong)(ushort)value,
        SparkplugType.UInt32 => (ulong)(uint)value,
        _ => value,
    };

    private static object Bytes(ByteString bytes, SparkplugType type) =>
        type is >= SparkplugType.Int8Array and <= SparkplugType.DateTimeArray ? SparkplugArrays.Read(bytes.Span, type) : bytes.ToByteArray();
}
