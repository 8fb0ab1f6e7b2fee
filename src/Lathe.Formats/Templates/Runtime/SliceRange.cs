using System.Numerics;

namespace Lathe.Formats.Templates;

/// <summary>The indices that <c>[start:stop:step]</c> selects, by Python's rules.</summary>
internal readonly record struct SliceRange(int Start, int Step, int Count)
{
    public static SliceRange Of(TemplateValue start, TemplateValue stop, TemplateValue step, int length)
    {
        var stride = step is NoneValue ? 1 : (int)BigInteger.Clamp(Bound(step), -int.MaxValue, int.MaxValue);
        if (stride == 0)
        {
            throw new TemplateException("the step of a slice cannot be zero.");
        }

        var first = Position(start, length, stride, stride > 0 ? 0 : length - 1);
        var end = Position(stop, length, stride, stride > 0 ? length : -1);
        var distance = stride > 0 ? (long)end - first : (long)first - end;
        var count = distance <= 0 ? 0 : ((distance - 1) / Math.Abs((long)stride)) + 1;
        return new SliceRange(first, stride, (int)count);
    }

    private static int Position(TemplateValue bound, int length, int stride, int otherwise)
    {
        if (bound is NoneValue)
        {
            return otherwise;
        }

        var index = Bound(bound);
        index += index.Sign < 0 ? length : 0;
        return stride > 0 ? (int)BigInteger.Clamp(index, 0, length) : (int)BigInteger.Clamp(index, -1, length - 1);
    }

    private static BigInteger Bound(TemplateValue value) => value switch
    {
        UndefinedValue undefined => throw undefined.Error(),
        _ when Numbers.TryInteger(value, out var integer) => integer,
        _ => throw new TemplateException($"the bounds of a slice are integers, not values of type '{value.TypeName}'."),
    };
}
