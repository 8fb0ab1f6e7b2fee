using System.Runtime.InteropServices;

namespace Lathe.Cpu.X64.MatMul.Tiles;

/// <summary>What <see cref="TilePackEmitter"/> reads.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct TilePackArguments
{
    public const int SourceOffset = 0;
    public const int SourceStrideOffset = 8;
    public const int TargetOffset = 16;
    public const int StepsOffset = 24;
    public const int TokensOffset = 32;

    /// <summary>The first of 16 tokens, f32.</summary>
    public float* Source;

    /// <summary>Bytes from one token to the next.</summary>
    public long SourceStride;

    /// <summary>The first tile; the next step's lies two tiles further.</summary>
    public byte* Target;

    /// <summary>Steps of 32 values.</summary>
    public long Steps;

    /// <summary>Tokens that exist, 1 to 16.</summary>
    public long Tokens;
}
