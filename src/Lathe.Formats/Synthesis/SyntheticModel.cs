using System.Runtime.InteropServices;
using Lathe.Formats.Gguf;
using Lathe.Formats.Quantization;

namespace Lathe.Formats.Synthesis;

/// <summary>A model of real shape with random weights: it takes the time and memory of the published model and says nothing. The same
/// arguments make the same file.</summary>
public sealed class SyntheticModel
{
    private readonly ModelPreset _preset;
    private readonly GgmlType _type;
    private readonly ulong _seed;

    /// <param name="preset">The shape.</param>
    /// <param name="type">The type of the weight matrices; see <see cref="Fallbacks"/>.</param>
    /// <param name="seed">Another seed makes other weights.</param>
    /// <exception cref="NotSupportedException">Values of the type cannot be computed with.</exception>
    public SyntheticModel(ModelPreset preset, GgmlType type, ulong seed = 0)
    {
        BlockFormat.Get(type);
        ArgumentOutOfRangeException.ThrowIfLessThan(preset.Layers, 1, nameof(preset));
        (_preset, _type, _seed) = (preset, type, seed);
        Tensors = [.. new PresetTensors(preset, type).All()];
    }

    public IReadOnlyList<SyntheticTensor> Tensors { get; }

    /// <summary>Values in all tensors.</summary>
    public long ParameterCount => Tensors.Sum(tensor => tensor.Shape.ElementCount);

    /// <summary>Bytes of all tensors.</summary>
    public long ByteSize => Tensors.Sum(tensor => tensor.ByteSize);

    /// <summary>How many matrices have which other type than the one asked for: their rows are not a whole number of its blocks (Q8_0
    /// instead, or F16), or it is MXFP4 and they are not experts of a mixture of experts (Q8_0).</summary>
    public IReadOnlyDictionary<GgmlType, int> Fallbacks =>
        Tensors.Where(tensor => tensor.Content == TensorContent.Matrix && tensor.Type != _type && tensor.Type != GgmlType.F32)
            .CountBy(tensor => tensor.Type).ToDictionary();

    /// <summary>Writes the file; it appears under its name only when it is complete.</summary>
    /// <param name="path">Where to write.</param>
    /// <param name="progress">Told how many bytes of tensors are written, a few times per second and more.</param>
    /// <param name="cancellation">Stops the writing and leaves no file.</param>
    public void Write(string path, Action<long>? progress = null, CancellationToken cancellation = default)
    {
        var writer = new GgufWriter();
        PresetMetadata.Write(writer, _preset, _type);
        var tiles = new Dictionary<GgmlType, RandomTile>();
        var scaled = new Dictionary<(GgmlType Type, long RowLength), RandomTile>();
        long written = 0;
        for (var i = 0; i < Tensors.Count; i++)
        {
            var tensor = Tensors[i];
            var random = new SplitMix64(_seed + ((ulong)(i + 1) << 32));
            writer.AddTensor(tensor.Name, tensor.Type, tensor.Shape, stream =>
            {
                if (tensor.Content == TensorContent.Matrix)
                {
                    ref var tile = ref CollectionsMarshal.GetValueRefOrAddDefault(scaled, (tensor.Type, tensor.Shape.D0), out _);
                    tile ??= TileOf(tensor.Type).WithDeviation(1 / MathF.Sqrt(tensor.Shape.D0));
                    Repeat(tile, (long)(random.Next() % (ulong)tile.BlockCount) * tile.BlockBytes, tensor.ByteSize, stream);
                }
                else
                {
                    stream.Write(MemoryMarshal.AsBytes<float>(Vector(tensor, random)));
                    Report(tensor.ByteSize);
                }
            });
        }

        writer.Write(path);

        RandomTile TileOf(GgmlType type)
        {
            ref var tile = ref CollectionsMarshal.GetValueRefOrAddDefault(tiles, type, out _);
            return tile ??= new RandomTile(BlockFormat.Get(type), _seed);
        }

        void Repeat(RandomTile tile, long start, long length, Stream stream)
        {
            while (length > 0)
            {
                var piece = tile.Bytes.AsSpan((int)start);
                piece = piece[..(int)Math.Min(piece.Length, length)];
                stream.Write(piece);
                (start, length) = (0, length - piece.Length);
                Report(piece.Length);
            }
        }

        void Report(long bytes)
        {
            cancellation.ThrowIfCancellationRequested();
            progress?.Invoke(written += bytes);
        }
    }

    private float[] Vector(SyntheticTensor tensor, SplitMix64 random)
    {
        var values = new float[tensor.Shape.ElementCount];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = tensor.Content switch
            {
                TensorContent.Norm => 1 + (random.NextSigned() / 10),
                TensorContent.Bias => random.NextSigned() / 10,
                TensorContent.FrequencyFactors => FrequencyFactor(i),
                _ => throw new InvalidOperationException($"{tensor.Content} is not the content of a vector"),
            };
        }

        return values;
    }

    /// <summary>Llama 3.1: wavelengths beyond the original context of 8192 are stretched 8 times, those below a quarter of it stay, and a
    /// ramp leads from one to the other.</summary>
    private float FrequencyFactor(int pair)
    {
        var turns = 8192 / (2 * Math.PI * Math.Pow(_preset.RopeBase, 2.0 * pair / _preset.HeadDim));
        var ramp = Math.Clamp((turns - 1) / (4 - 1), 0, 1);
        return (float)(1 / (((1 - ramp) / 8) + ramp));
    }
}
