using Lathe.Engine.Graphs;

namespace Lathe.Engine.Models;

/// <summary>One architecture: how its hyper-parameters are read, its tensors claimed and its forward pass written.</summary>
/// <param name="Architecture">The value of <c>general.architecture</c>.</param>
/// <param name="Read">Reads the hyper-parameters.</param>
/// <param name="Build">Claims the tensors and writes the graph.</param>
public sealed record ModelFamily(
    string Architecture,
    Func<ModelMetadata, int, HyperParameters> Read,
    Func<HyperParameters, ModelMetadata, TensorLedger, ForwardGraph> Build);
