using Lathe.Engine.Graphs;

namespace Lathe.Cpu.Execution;

/// <summary>A step with the node and route that it came from; steps that only prepare another form of a value have neither.</summary>
public sealed record PlannedStep(CpuStep Step, GraphNode? Node, CpuRoute? Route);
