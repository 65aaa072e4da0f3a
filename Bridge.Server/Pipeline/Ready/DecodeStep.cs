using Bridge.Contracts;
using Bridge.Contracts.Steps;
using Bridge.Server.Configuration;

namespace Bridge.Server.Pipeline.Ready;

/// <inheritdoc cref="DecodeOptions"/>
internal sealed class DecodeStep(DecodeOptions options) : ReadyStep
{
    private readonly PayloadEncoding _encoding = options.Encoding!.Value;

    public static void Check(DecodeOptions options, OptionsChecks checks)
    {
        if (options.Encoding is null)
            checks.Fail(nameof(options.Encoding), $"must be set to one of {EnumText.AllOf(typeof(PayloadEncoding))}");
        checks.Range(nameof(options.MaxBytes), options.MaxBytes, 1, 268_435_455);
    }

    public override StepResult Process(BridgeMessage message, StepStage stage)
    {
        if (IsDeletion(message))
            return StepResult.Pass;

        var isText = _encoding is PayloadEncoding.Base64 or PayloadEncoding.Base64Url or PayloadEncoding.Hex;
        try
        {
            var bytes = isText ? EncodedText.Decode(message.Payload.Span, _encoding) : Decompression.Read(message.Payload, _encoding, options.MaxBytes);
            return bytes is null
                ? StepResult.Reject($"The payload has more than {options.MaxBytes} bytes when it is decompressed.")
                : StepResult.Change(message with { Payload = bytes });
        }
        catch (FormatException)
        {
            return StepResult.Reject($"The payload is no {EnumText.Of(_encoding)}.");
        }
    }
}
