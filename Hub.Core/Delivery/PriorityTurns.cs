using System.Numerics;

namespace Hub.Core.Delivery;

/// <summary>Whose turn it is among the priorities of one recipient. Each gets twice the turns of the next lower one (16, 8, 4, 2, 1 of 31), so
/// that what is urgent waits behind little, and the least urgent moves however much urgent work comes. Turns are spread evenly, and
/// one whose priority has nothing to offer goes to the most urgent that has. Pure.</summary>
/// <remarks>It says nothing of order within a priority, nor within a conversation: of that only the front is ever on offer.</remarks>
public static class PriorityTurns
{
    /// <summary>Priorities, 0 to 4.</summary>
    public const int Priorities = 5;

    /// <summary>Turns until they repeat (31).</summary>
    public const int Round = (1 << Priorities) - 1;

    /// <summary>The priority that has a turn.</summary>
    /// <param name="turn">Which turn; any number, counted round and round.</param>
    /// <returns>4 in every second turn, 3 in every fourth, and so on.</returns>
    public static int PriorityOf(int turn) => Priorities - 1 - BitOperations.TrailingZeroCount(PlaceOf(turn) + 1);

    /// <summary>How many of a number of turns a priority has.</summary>
    /// <param name="priority">0 to 4.</param>
    /// <param name="turn">The first turn.</param>
    /// <param name="count">How many turns, 0 or more.</param>
    public static int ShareOf(int priority, int turn, int count)
    {
        var share = count / Round * (1 << priority);
        for (var i = 0; i < count % Round; i++)
        {
            if (PriorityOf(PlaceOf(turn) + i) == priority) share++;
        }

        return share;
    }

    /// <summary>The turn after some others.</summary>
    public static int After(int turn, int count) => PlaceOf(PlaceOf(turn) + (count % Round));

    private static int PlaceOf(int turn) => ((turn % Round) + Round) % Round;
}
