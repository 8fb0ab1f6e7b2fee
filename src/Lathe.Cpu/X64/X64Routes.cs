using Lathe.Cpu.Simd.MatMul.Codes;
using Lathe.Cpu.X64.Attention.Decode;
using Lathe.Cpu.X64.Attention.Prefill;
using Lathe.Cpu.X64.Attention.Prefill.Vectors;
using Lathe.Cpu.X64.MatMul.Floats;
using Lathe.Cpu.X64.MatMul.Gemv;
using Lathe.Cpu.X64.MatMul.Gemv256;
using Lathe.Cpu.X64.MatMul.Panels;
using Lathe.Cpu.X64.MatMul.Panels256;
using Lathe.Cpu.X64.MatMul.Tiles;

namespace Lathe.Cpu.X64;

/// <summary>The routes whose kernels are emitted as machine code. They are listed everywhere; the guards say where they cannot run.</summary>
internal static class X64Routes
{
    public static IEnumerable<CpuRoute> CreateAll() =>
    [
        .. GemvFormats.Types.Select(type => new GemvRoute(type)),
        .. GemvFormats.Types.Select(type => new GenericGemvRoute(type)),
        .. GemvFormats.Types.Select(type => new ExpertGemvRoute(type)),
        .. Gemv256Route.Levels.SelectMany(level => Gemv256Formats.Types.Select(type => new Gemv256Route(type, level))),
        .. Gemv256Route.Levels.SelectMany(level => Gemv256Formats.Types.Select(type => new ExpertGemv256Route(type, level))),
        .. WeightCodes.Types.Select(type => new TileGemmRoute(type)),
        .. WeightCodes.Types.Select(type => new ExpertTileGemmRoute(type)),
        .. WeightCodes.Types.Select(type => new PanelGemmRoute(type)),
        .. WeightCodes.Types.Select(type => new ExpertPanelGemmRoute(type)),
        .. FloatRoutes.CreateAll(),
        .. Gemv256Route.Levels.SelectMany(level => PanelGemm256Types.Of(level).Select(type => new PanelGemm256Route(type, level))),
        .. Gemv256Route.Levels.SelectMany(level => PanelGemm256Types.Of(level).Select(type => new ExpertPanelGemm256Route(type, level))),
        new DecodeRoute(),
        new TilePrefillRoute(),
        new VectorPrefillRoute(),
    ];
}
