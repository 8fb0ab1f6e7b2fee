using Lathe.Cpu.Execution;
using Lathe.Engine.Graphs;
using Lathe.Engine.Inference;
using Lathe.Engine.Models;

namespace Lathe.Cpu.X64.Attention.Prefill;

/// <summary>Attention of many tokens, a piece at a time: some tokens of one sequence with all query heads of one KV head. Keys and values are converted
/// block by block, and all query rows of the piece go over each block.</summary>
/// <param name="kernels">What does the work.</param>
/// <param name="tokens">Most tokens of a piece.</param>
/// <param name="byKvHead">True if each thread takes whole KV heads; then the steps before and behind need no barrier.</param>
internal sealed unsafe class PrefillStep(
    PrefillKernels kernels, AttentionNode node, CpuKvStorage kv, int tokens, bool byKvHead, CpuBuffer query, CpuBuffer output, CpuBuffer marker, CpuBuffer scratch)
    : CpuStep(
        BufferAccess.Read(query, Heads(byKvHead, node.Attention, node.Attention.GroupSize * node.Attention.HeadDim)),
        BufferAccess.Read(marker, Heads(byKvHead, node.Attention, 1)),
        BufferAccess.Write(output, Heads(byKvHead, node.Attention, node.Attention.GroupSize * node.Attention.ValueDim)))
{
    private const float Log2E = 1.44269504f;

    /// <summary>A maximum that every score is above; finite, so that a row that has seen nothing yet does not become NaN.</summary>
    private const float NegativeMaximum = 1e30f;

    private readonly AttentionParameters _attention = node.Attention;
    private readonly PrefillLayout _layout = kernels.Layout;
    private readonly int _blockPages = PrefillWorkspace.BlockPages(kernels.Layout);
    private readonly float* _sinks = node.Attention.Sinks is null ? null : (float*)node.Attention.Sinks.Data;

    // Scores are logarithms to base two. Where they are capped, the queries carry what the tanh wants: twice the score over the cap.
    private readonly float _queryScale = node.Attention.Scale * Log2E * (node.Attention.Softcap is { } cap ? 2 / cap : 1);

    /// <summary>Groups of 32 query rows in a piece.</summary>
    public static int Groups(AttentionParameters attention, int tokens) => ((tokens * attention.GroupSize) + AttentionTileLayout.Rows - 1) / AttentionTileLayout.Rows;

    public override void Run(in StepContext context)
    {
        var piece = 0;
        foreach (var slice in context.Batch.Slices)
        {
            for (var token = 0; token < slice.Count; token += tokens)
            {
                for (var head = 0; head < _attention.KvHeadCount; head++)
                {
                    if (byKvHead ? head * context.Threads / _attention.KvHeadCount == context.Thread : piece % context.Threads == context.Thread)
                    {
                        RunPiece(context, slice, token, head);
                    }

                    piece++;
                }
            }
        }
    }

    private static AccessPattern Heads(bool byKvHead, AttentionParameters attention, int unit) =>
        byKvHead ? AccessPattern.ByColumns(attention.KvHeadCount * unit, unit) : AccessPattern.Whole;

    private void RunPiece(in StepContext context, in BatchSlice slice, int firstToken, int kvHead)
    {
        var rows = Math.Min(tokens, slice.Count - firstToken) * _attention.GroupSize;
        var position = context.Batch.Positions[slice.FirstRow + firstToken];
        var workspace = new PrefillWorkspace(scratch.Row(context.Thread, 0), _layout);
        for (var row = 0; row < rows; row += AttentionTileLayout.Rows)
        {
            Begin(context, workspace, slice.FirstRow + firstToken, kvHead, row, rows, position);
        }

        var last = position + ((rows - 1) / _attention.GroupSize);
        var blockKeys = _blockPages * KvLayout.PageTokens;
        for (var first = _attention.FirstVisible(position) / KvLayout.PageTokens * KvLayout.PageTokens; first <= last; first += blockKeys)
        {
            var end = Math.Min(first + blockKeys, last + 1);
            Convert(slice.Sequence, kvHead, workspace, first, end);
            for (var row = 0; row < rows; row += AttentionTileLayout.Rows)
            {
                Attend(workspace, row, rows, position, first, end);
            }
        }

        for (var row = 0; row < rows; row += AttentionTileLayout.Rows)
        {
            End(context, workspace, slice.FirstRow + firstToken, kvHead, row, rows);
        }
    }

    /// <summary>Takes in the queries of 32 rows from <paramref name="row"/> on.</summary>
    private void Begin(in StepContext context, in PrefillWorkspace workspace, int firstRow, int kvHead, int row, int rows, int position)
    {
        var group = row / AttentionTileLayout.Rows;
        var statistics = workspace.Statistics(group);
        var call = new TileArguments { Scale = _queryScale };
        for (var panel = 0; panel < AttentionTileLayout.Panels; panel++)
        {
            for (var lane = 0; lane < AttentionTileLayout.PanelRows; lane++)
            {
                // Lanes behind the last row do what it does.
                var at = (panel * AttentionTileLayout.PanelRows) + lane;
                var (token, head) = Math.DivRem(Math.Min(row + at, rows - 1), _attention.GroupSize);
                head += kvHead * _attention.GroupSize;
                call.Rows[lane] = (nint)(query.FloatRow(context.Thread, firstRow + token) + ((long)head * _attention.HeadDim));
                statistics.NegativeMaximum[at] = _sinks == null ? NegativeMaximum : -_sinks[head] * Log2E;
                statistics.Total[at] = _sinks == null ? 0 : 1;
                statistics.Position[at] = position + token;
                statistics.FirstVisible[at] = _attention.FirstVisible(position + token);
            }

            call.Target = workspace.Queries(group) + (panel * _layout.QueryPanelBytes);
            kernels.Queries.Run(&call);
        }

        new Span<byte>(workspace.Sums(group), _layout.SumBytes).Clear();
    }

    /// <summary>Brings keys and values from <paramref name="first"/> on into operands, whole pages of them.</summary>
    private void Convert(KvSequence sequence, int kvHead, in PrefillWorkspace workspace, int first, int end)
    {
        for (var token = first; token < end; token += KvLayout.PageTokens)
        {
            var unit = (token - first) / AttentionTileLayout.UnitKeys;
            var page = kv.Page(sequence.Pages[token / KvLayout.PageTokens]);
            var call = new TileArguments
            {
                Source = page + kv.Layout.KeyOffset(node.Layer, kvHead),
                Target = workspace.Keys + ((long)unit * _layout.KeyUnitBytes),
                Visible = ulong.MaxValue >> Math.Max(0, KvLayout.PageTokens - (end - token)),
            };
            kernels.Keys.Run(&call);
            call.Source = page + kv.Layout.ValueOffset(node.Layer, kvHead);
            call.Target = workspace.Values + ((long)unit * _layout.ValueUnitBytes);
            kernels.Values.Run(&call);
        }
    }

    /// <summary>Lets 32 rows attend to the keys of [first, end) that any of them sees.</summary>
    private void Attend(in PrefillWorkspace workspace, int row, int rows, int position, int first, int end)
    {
        var group = row / AttentionTileLayout.Rows;
        var lowest = position + (row / _attention.GroupSize);
        var highest = position + ((Math.Min(row + AttentionTileLayout.Rows, rows) - 1) / _attention.GroupSize);
        var skipped = Math.Max(0, _attention.FirstVisible(lowest) - first) / KvLayout.PageTokens * AttentionTileLayout.UnitsPerPage;
        var units = ((Math.Min(highest + 1, end) - first + AttentionTileLayout.UnitKeys - 1) / AttentionTileLayout.UnitKeys) - skipped;
        if (units <= 0)
        {
            return;
        }

        var call = new AttendArguments
        {
            Keys = workspace.Keys + ((long)skipped * _layout.KeyUnitBytes),
            Values = workspace.Values + ((long)skipped * _layout.ValueUnitBytes),
            Queries = workspace.Queries(group),
            Sums = workspace.Sums(group),
            Statistics = (byte*)workspace.Statistics(group).NegativeMaximum,
            Scores = workspace.Scores,
            Weights = workspace.Weights,
            Units = units,
            Position = first + (skipped * AttentionTileLayout.UnitKeys),
            LowestPosition = lowest,
            HighestFirst = _attention.FirstVisible(highest),
            Cap = Log2E * (_attention.Softcap ?? 0),
        };
        kernels.Attend.Run(&call);
    }

    /// <summary>Writes the results of 32 rows from <paramref name="row"/> on.</summary>
    private void End(in StepContext context, in PrefillWorkspace workspace, int firstRow, int kvHead, int row, int rows)
    {
        var group = row / AttentionTileLayout.Rows;
        for (var panel = 0; panel < AttentionTileLayout.Panels; panel++)
        {
            var call = new TileArguments
            {
                Source = workspace.Sums(group) + (panel * AttentionTileLayout.TileBytes),
                Target = (byte*)(workspace.Statistics(group).Total + (panel * AttentionTileLayout.PanelRows)),
            };
            for (var lane = 0; lane < AttentionTileLayout.PanelRows; lane++)
            {
                var at = row + (panel * AttentionTileLayout.PanelRows) + lane;
                var (token, head) = Math.DivRem(at, _attention.GroupSize);
                head += kvHead * _attention.GroupSize;
                call.Rows[lane] = at < rows
                    ? (nint)(output.FloatRow(context.Thread, firstRow + token) + ((long)head * _attention.ValueDim))
                    : (nint)workspace.Nowhere;
            }

            kernels.Results.Run(&call);
        }
    }
}
