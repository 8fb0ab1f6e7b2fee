using Lathe.Cpu.Execution;
using Lathe.Engine.Models;

namespace Lathe.Cpu.X64.Attention.Decode;

/// <summary>Joins the parts of the items that several threads have read, in the order of their pages: <c>Σ sums_i · 2^(max_i − max) / Σ total_i · 2^(max_i − max)</c>.</summary>
internal sealed unsafe class DecodeMergeStep(AttentionParameters attention, DecodePartials partials, CpuBuffer output)
    : CpuStep(BufferAccess.Read(partials.Buffer, AccessPattern.Whole), BufferAccess.Write(output, AccessPattern.Whole))
{
    public override void Run(in StepContext context)
    {
        var division = new DecodeDivision(attention, context.Batch, context.Threads);
        var start = 0;
        for (var item = 0; item < division.Items; item++)
        {
            if (item % context.Threads == context.Thread)
            {
                Merge(context, division, item, start);
            }

            start += division.Pages(item);
        }
    }

    private void Merge(in StepContext context, in DecodeDivision division, int item, int start)
    {
        var pages = division.Pages(item);
        int first = 0, last = context.Threads - 1;
        while (division.Share(item, start, first) is var (from, to) && from == to)
        {
            first++;
        }

        while (division.Share(item, start, last) is var (from, to) && from == to)
        {
            last--;
        }

        if (first == last)
        {
            return; // whole, and done
        }

        var slice = division.Slice(item);
        for (var row = 0; row < slice.Count * attention.GroupSize; row++)
        {
            var largest = float.NegativeInfinity;
            for (var thread = first; thread <= last; thread++)
            {
                largest = Math.Max(largest, Part(thread, row)[0]);
            }

            float total = 0;
            var result = new Span<float>(DecodeStep.Result(output, context, attention, slice, division.KvHead(item), row), attention.ValueDim);
            result.Clear();
            for (var thread = first; thread <= last; thread++)
            {
                var part = Part(thread, row);
                var factor = MathF.Pow(2, part[0] - largest);
                total += part[1] * factor;
                var sums = DecodePartials.Sums(part);
                for (var i = 0; i < result.Length; i++)
                {
                    result[i] += sums[i] * factor;
                }
            }

            for (var i = 0; i < result.Length; i++)
            {
                result[i] /= total;
            }
        }

        float* Part(int thread, int row) => partials.Row(thread, begins: thread == first, row);
    }
}
