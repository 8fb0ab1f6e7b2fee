namespace Lathe.Cpu.Simd.MatMul.Float;

/// <summary>f32 arithmetic at one register width.</summary>
/// <typeparam name="TVector">The register.</typeparam>
internal unsafe interface IFloatLanes<TVector>
    where TVector : struct
{
    /// <summary>Values per register.</summary>
    static abstract int Count { get; }

    static abstract TVector Zero { get; }

    static abstract TVector Load(float* source);

    static abstract TVector LoadWeights<TWeights>(byte* source)
        where TWeights : struct, IFloatWeights;

    static abstract TVector Broadcast(float value);

    /// <summary>a·b + c.</summary>
    static abstract TVector MultiplyAdd(TVector a, TVector b, TVector c);

    static abstract TVector Add(TVector a, TVector b);

    static abstract void Store(TVector value, float* destination);

    static abstract float Sum(TVector value);
}
