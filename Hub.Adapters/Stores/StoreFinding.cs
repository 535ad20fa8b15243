namespace Hub.Adapters.Stores;

/// <summary>One thing that was looked at in a store.</summary>
/// <param name="Name">What, in a word or two.</param>
/// <param name="Good">Whether it is as it should be.</param>
/// <param name="Text">What was found, and if it is not good what to do.</param>
public sealed record StoreFinding(string Name, bool Good, string Text);
