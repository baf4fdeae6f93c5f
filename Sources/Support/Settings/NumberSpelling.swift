/// Numbers in messages.
public enum NumberSpelling {
  /// A number as a person writes it: 3 rather than 3.0.
  public static func plain(_ number: Double) -> String {
    number == number.rounded() && abs(number) < 1e15 ? String(Int(number)) : String(number)
  }

  /// The shortest decimal that reads back as `number`; whole ones keep their `.0`.
  public static func shortest(_ number: Double) -> String {
    // The sign of NaN means nothing to a reader.
    if number.isNaN { return "nan" }
    if number.isInfinite { return number < 0 ? "-inf" : "inf" }
    return "\(number)"
  }
}

/// Says what was meant by a share that is given in percent.
public enum ShareHint {
  /// A correction such as `0.9, not 90`; nil for a number that is hardly a percentage.
  public static func text(_ number: Double) -> String? {
    guard number >= 2, number <= 100 else { return nil }
    // It reads 0.95 rather than 0.95000000000000007.
    let share = (number * 1e6).rounded() / 1e8
    return "\(NumberSpelling.plain(share)), not \(NumberSpelling.plain(number))"
  }
}
