using Lathe.Cpu.Execution;
using Lathe.Cpu.Simd.Lanes;
using Lathe.Engine.Graphs;
using Lathe.Engine.Inference;
using Lathe.Engine.Models;

namespace Lathe.Cpu.Simd.Attention;

/// <summary>Cuts a batch into pieces and attends piece by piece, page by page.</summary>
internal sealed unsafe class AttentionStep<TLanes, TVector>(
    AttentionNode node, bool batchInvariant, CpuKvStorage kv, AttentionDivision division, CpuBuffer query, CpuBuffer output, CpuBuffer marker, CpuBuffer scratch)
    : CpuStep(
        BufferAccess.Read(query, Heads(division, node.Attention.KvHeadCount, node.Attention.GroupSize * node.Attention.HeadDim)),
        BufferAccess.Read(marker, Heads(division, node.Attention.KvHeadCount, 1)),
        BufferAccess.Write(output, Heads(division, node.Attention.KvHeadCount, node.Attention.GroupSize * node.Attention.ValueDim)))
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    private readonly AttentionParameters _attention = node.Attention;
    private readonly KvLayout _layout = kv.Layout;
    private readonly float* _sinks = node.Attention.Sinks is null ? null : (float*)node.Attention.Sinks.Data;
    private readonly int _headPieces = division.HeadPieces(node.Attention);
    private readonly int _paddedRows = PaddedRows(division);
    private readonly delegate*<byte*, float*, int, void> _expand = kv.Layout.ElementType switch
    {
        KvElementType.F16 => &Unpacking<TLanes, TVector>.ExpandHalf,
        KvElementType.Q8_0 => &Unpacking<TLanes, TVector>.ExpandQ8,
        KvElementType.F32 => null, // read where it lies
        _ => throw new ArgumentException($"unknown KV element type {kv.Layout.ElementType}"),
    };

    // Pieces taken and threads finished in the current run; the last thread to finish puts both back to 0 for the next one.
    private int _taken;
    private int _finished;

    /// <summary>Rows of a piece, padded to whole panels.</summary>
    public static int PaddedRows(AttentionDivision division) =>
        (division.Rows + PanelProduct<TLanes, TVector>.Width - 1) / PanelProduct<TLanes, TVector>.Width * PanelProduct<TLanes, TVector>.Width;

    public override void Run(in StepContext context)
    {
        if (division.ByKvHead)
        {
            RunOwnHeads(context);
        }
        else
        {
            RunInTurn(context);
        }
    }

    private static AccessPattern Heads(AttentionDivision division, int kvHeads, int unit) =>
        division.ByKvHead ? AccessPattern.ByColumns(kvHeads * unit, unit) : AccessPattern.Whole;

    private void RunOwnHeads(in StepContext context)
    {
        var (firstHead, endHead) = context.Share(_attention.KvHeadCount);
        foreach (var slice in context.Batch.Slices)
        {
            for (var head = firstHead; head < endHead; head++)
            {
                for (var token = 0; token < slice.Count; token += division.Tokens)
                {
                    RunPiece(context, slice, token, head, 0);
                }
            }
        }
    }

    private void RunInTurn(in StepContext context)
    {
        var headPieces = _attention.KvHeadCount * _headPieces;
        var pieces = 0;
        foreach (var slice in context.Batch.Slices)
        {
            pieces += TokenPieces(slice) * headPieces;
        }

        // From the last piece down: late tokens see the most, and long pieces at the end would leave threads idle.
        for (var piece = Interlocked.Increment(ref _taken) - 1; piece < pieces; piece = Interlocked.Increment(ref _taken) - 1)
        {
            var rest = pieces - 1 - piece;
            foreach (var slice in context.Batch.Slices)
            {
                var ofSlice = TokenPieces(slice) * headPieces;
                if (rest < ofSlice)
                {
                    var (tokenPiece, headPiece) = Math.DivRem(rest, headPieces);
                    RunPiece(context, slice, tokenPiece * division.Tokens, headPiece / _headPieces, headPiece % _headPieces);
                    break;
                }

                rest -= ofSlice;
            }
        }

        if (Interlocked.Increment(ref _finished) == context.Threads)
        {
            _taken = 0;
            _finished = 0;
        }
    }

    private int TokenPieces(BatchSlice slice) => (slice.Count + division.Tokens - 1) / division.Tokens;

    private void RunPiece(in StepContext context, in BatchSlice slice, int token, int kvHead, int headPiece)
    {
        var row = slice.FirstRow + token;
        var tokens = Math.Min(division.Tokens, slice.Count - token);
        var firstHead = headPiece * division.Heads;
        var heads = Math.Min(division.Heads, _attention.GroupSize - firstHead);
        var head = (kvHead * _attention.GroupSize) + firstHead;
        var piece = new AttentionPiece(
            _attention,
            new AttentionWorkspace(scratch.FloatRow(context.Thread, 0), _attention, _paddedRows),
            query.FloatRow(context.Thread, row) + ((long)head * _attention.HeadDim),
            query.FloatStride,
            output.FloatRow(context.Thread, row) + ((long)head * _attention.ValueDim),
            output.FloatStride,
            tokens,
            heads,
            context.Batch.Positions[row],
            _sinks == null ? null : _sinks + head);

        // Rows across the lanes cost the same for one as for two whole vectors of them; and they are all computed alike, however many they are.
        if (piece.Rows <= TLanes.Count && !batchInvariant)
        {
            Attend<RowAttention<TLanes, TVector>>(piece, slice.Sequence, kvHead);
        }
        else
        {
            Attend<PanelAttention<TLanes, TVector>>(piece, slice.Sequence, kvHead);
        }
    }

    private void Attend<TRecipe>(in AttentionPiece piece, KvSequence sequence, int kvHead)
        where TRecipe : struct, IAttentionRecipe
    {
        TRecipe.Begin(piece);
        var keyOffset = _layout.KeyOffset(node.Layer, kvHead);
        var valueOffset = _layout.ValueOffset(node.Layer, kvHead);
        // Pages that lie before every row's window are not even looked at.
        for (var first = piece.FirstPosition / KvLayout.PageTokens * KvLayout.PageTokens; first <= piece.LastPosition; first += KvLayout.PageTokens)
        {
            var count = Math.Min(KvLayout.PageTokens, piece.LastPosition + 1 - first);
            var page = kv.Page(sequence.Pages[first / KvLayout.PageTokens]);
            float* keys = (float*)(page + keyOffset), values = (float*)(page + valueOffset);
            if (_expand != null)
            {
                keys = piece.Workspace.Keys;
                values = piece.Workspace.Values;
                _expand(page + keyOffset, keys, count * _attention.HeadDim);
                _expand(page + valueOffset, values, count * _attention.ValueDim);
            }

            TRecipe.Attend(piece, keys, values, first, count);
        }

        TRecipe.End(piece);
    }
}
