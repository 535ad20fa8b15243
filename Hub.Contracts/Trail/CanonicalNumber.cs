using System.Globalization;
using System.Text;

namespace Hub.Contracts.Trail;

/// <summary>The text of a double as ECMAScript writes it (ECMA-262 Number::toString, RFC 8785 §3.2.2.3).</summary>
internal static class CanonicalNumber
{
    internal const long MaxExactInteger = 1L << 53;

    internal static string Format(double value)
    {
        if (!double.IsFinite(value)) throw new ArgumentException($"The number {value} has no JSON form.", nameof(value));
        if (value == 0) return "0";
        if (double.IsInteger(value) && Math.Abs(value) <= MaxExactInteger) return ((long)value).ToString(CultureInfo.InvariantCulture);

        var (digits, point) = ShortestDigits(Math.Abs(value));
        var text = new StringBuilder(32);
        if (value < 0) text.Append('-');
        if (point is > 0 and <= 21) AppendPlain(text, digits, point);
        else if (point is > -6 and <= 0) text.Append("0.").Append('0', -point).Append(digits);
        else AppendExponent(text, digits, point - 1);
        return text.ToString();
    }

    private static void AppendPlain(StringBuilder text, string digits, int point)
    {
        if (digits.Length <= point) text.Append(digits).Append('0', point - digits.Length);
        else text.Append(digits, 0, point).Append('.').Append(digits, point, digits.Length - point);
    }

    private static void AppendExponent(StringBuilder text, string digits, int exponent)
    {
        text.Append(digits[0]);
        if (digits.Length > 1) text.Append('.').Append(digits, 1, digits.Length - 1);
        text.Append('e').Append(exponent < 0 ? '-' : '+').Append(Math.Abs(exponent));
    }

    /// <summary>The shortest digits d₁d₂… that read back as the value 0.d₁d₂… × 10^point.</summary>
    private static (string Digits, int Point) ShortestDigits(double value)
    {
        var text = value.ToString("R", CultureInfo.InvariantCulture);
        var mark = text.IndexOf('E', StringComparison.Ordinal);
        var exponent = mark < 0 ? 0 : int.Parse(text.AsSpan(mark + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var mantissa = mark < 0 ? text : text[..mark];
        var dot = mantissa.IndexOf('.', StringComparison.Ordinal);
        var whole = dot < 0 ? mantissa.Length : dot;
        var digits = mantissa.Replace(".", "", StringComparison.Ordinal);
        var leading = digits.Length - digits.AsSpan().TrimStart('0').Length;
        return (digits.Trim('0'), whole + exponent - leading);
    }
}
