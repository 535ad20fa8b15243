using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Hub.Core.Services.Json;

/// <summary>A JSON number, exact, however long its digits or its exponent: ±0.<see cref="_digits"/> × 10^<see cref="_point"/>,
/// without leading or trailing zeros. Comparing costs no more than its length.</summary>
internal readonly struct JsonNumber
{
    /// <summary>Most digits that divisibility is decided for.</summary>
    internal const int MaxDigits = 1_000;

    private const long FarAway = long.MaxValue / 4;
    private readonly bool _negative;
    private readonly string _digits;
    private readonly long _point;

    private JsonNumber(bool negative, string digits, long point) => (_negative, _digits, _point) = (negative && digits.Length > 0, digits, digits.Length == 0 ? 0 : point);

    internal bool IsInteger => _point >= _digits.Length;

    internal bool IsPositive => !_negative && _digits.Length > 0;

    internal int Digits => _digits.Length;

    internal static JsonNumber Of(JsonElement number) => Of(Encoding.ASCII.GetString(JsonMarshal.GetRawUtf8Value(number)));

    internal static JsonNumber Of(string text)
    {
        var end = text.AsSpan().IndexOfAny('e', 'E');
        var mantissa = end < 0 ? text : text[..end];
        var exponent = end < 0 ? 0 : Exponent(text.AsSpan(end + 1));
        var negative = mantissa[0] == '-';
        if (negative) mantissa = mantissa[1..];
        var point = mantissa.IndexOf('.', StringComparison.Ordinal);
        var whole = point < 0 ? mantissa.Length : point;
        var digits = point < 0 ? mantissa : mantissa.Remove(point, 1);
        var zeros = digits.Length - digits.TrimStart('0').Length;
        return new JsonNumber(negative, digits.Trim('0'), Math.Clamp(exponent + whole - zeros, -FarAway, FarAway));
    }

    /// <summary>Less than 0 when it is less than the other, 0 when equal.</summary>
    internal int CompareTo(JsonNumber other)
    {
        if (_negative != other._negative) return _negative ? -1 : 1;
        var size = _digits.Length == 0 || other._digits.Length == 0
            ? _digits.Length.CompareTo(other._digits.Length)
            : _point != other._point ? _point.CompareTo(other._point) : string.CompareOrdinal(_digits, other._digits);
        return _negative ? -size : size;
    }

    /// <summary>Whether it is a whole multiple of a positive number. With more than <see cref="MaxDigits"/> digits it counts as none.</summary>
    internal bool IsMultipleOf(JsonNumber unit)
    {
        if (_digits.Length == 0) return true;
        var shift = _point - _digits.Length - (unit._point - unit._digits.Length);
        // The digits end with no zero: they cannot be divided by a further power of ten.
        if (shift < 0 || _digits.Length > MaxDigits) return false;
        var divisor = BigInteger.Parse(unit._digits, CultureInfo.InvariantCulture);
        var rest = BigInteger.Parse(_digits, CultureInfo.InvariantCulture) % divisor * BigInteger.ModPow(10, shift, divisor);
        return (rest % divisor).IsZero;
    }

    /// <summary>Equal for equal numbers, however they are written.</summary>
    internal int Hash() => HashCode.Combine(_negative, _digits, _point);

    private static long Exponent(ReadOnlySpan<char> text)
    {
        var negative = text[0] == '-';
        if (text[0] is '-' or '+') text = text[1..];
        var size = long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var parsed) && parsed < FarAway ? parsed : FarAway;
        return negative ? -size : size;
    }
}
