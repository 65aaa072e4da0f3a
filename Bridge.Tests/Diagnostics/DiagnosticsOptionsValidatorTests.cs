using Bridge.Tests.Configuration;

namespace Bridge.Tests.Diagnostics;

public sealed class DiagnosticsOptionsValidatorTests
{
    [Fact]
    public void Check_UsableSettings_AreTaken()
    {
        var options = Loading.Load("""{"Diagnostics":{"OtlpEndpoint":"https://otlp.example:4317","TraceOneIn":100,"OpenMetrics":true,"Meters":["A"]} }""").Diagnostics;

        (options.OtlpEndpoint, options.TraceOneIn, options.OpenMetrics).Should().Be(("https://otlp.example:4317", 100, true));
        options.Meters.Should().Equal("A");
    }

    [Theory]
    [InlineData("\"TraceOneIn\":-1", ":TraceOneIn: must be between 0 and *")]
    [InlineData("\"OtlpEndpoint\":\"localhost:4317\"", ":OtlpEndpoint: must be an address such as http://localhost:4317; *")]
    [InlineData("\"OtlpEndpoint\":\"http://user:word@otlp.example\"", ":OtlpEndpoint: must be *; credentials belong into OTEL_EXPORTER_OTLP_HEADERS")]
    [InlineData("\"Meters\":[\"\"]", ":Meters:0: must be the name of a meter")]
    public void Check_WhatCannotBeUsed_IsToldWithItsPath(string settings, string problem) =>
        Loading.Errors($$"""{"Diagnostics":{{{settings}} } }""").Should().ContainSingle().Which.Should().Match($"Bridge:Diagnostics{problem}");
}
