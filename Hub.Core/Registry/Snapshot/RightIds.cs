using System.Security.Cryptography;
using System.Text;

namespace Hub.Core.Registry;

/// <summary>The names of rights.</summary>
internal static class RightIds
{
    /// <summary>A right's own id, else one that follows from what it says.</summary>
    internal static string Of(Right right) => right.Id ?? "r-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(
        $"{right.From}\n{string.Join(' ', right.Services)}\n{right.To}\n{right.MaxPriority}\n{right.ValidFrom:O}\n{right.ValidUntil:O}\n{right.Conditions}\n{right.Basis}")))[..16];
}
