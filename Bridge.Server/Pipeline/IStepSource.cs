using System.Collections.ObjectModel;
using Bridge.Server.Configuration;

namespace Bridge.Server.Pipeline;

/// <summary>Where steps come from.</summary>
internal interface IStepSource
{
    /// <summary>Finds the steps that there are by these settings.</summary>
    /// <param name="options">The settings.</param>
    /// <param name="current">The steps that are in use, of all sources: what did not change is the same.</param>
    /// <exception cref="BridgeConfigurationException">One of them cannot be used.</exception>
    IReadOnlyList<StepDefinition> Find(PipelineOptions options, IReadOnlyList<StepDefinition> current);

    /// <summary>What is wrong with what is not used, by the file that it is in.</summary>
    IReadOnlyDictionary<string, string> Problems => ReadOnlyDictionary<string, string>.Empty;

    /// <summary>Is called when there may be others, though the settings are the same.</summary>
    Action? Changed { get; set; }
}
