using System.Globalization;
using System.Text;

namespace Hub.Host.Demo.Documents;

/// <summary>Makes a large annex: a table of invented figures as CSV. The same arguments make the same bytes.</summary>
internal static class StatisticsTable
{
    /// <summary>At least so many bytes.</summary>
    public static byte[] Of(int bytes, int seed)
    {
        var random = new Random(seed);
        var table = new StringBuilder("STT;Chỉ tiêu;Kỳ trước;Kỳ này;Tỷ lệ (%)\n", bytes + 200);
        for (var row = 1; table.Length < bytes; row++)
        {
            var before = random.Next(50, 5000);
            var now = random.Next(50, 5000);
            table.Append(CultureInfo.InvariantCulture, $"{row};Hồ sơ nhóm {row % 97};{before};{now};{100.0 * now / before:F1}\n");
        }

        return Encoding.UTF8.GetBytes(table.ToString());
    }
}
