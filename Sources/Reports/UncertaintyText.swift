import Foundation

extension NumberText {
  /// A number with its standard uncertainty, as 90.42(29): the digits in parentheses are the uncertainty in units of the
  /// last digit of the number.
  ///
  /// The uncertainty has two significant digits, and the number is rounded to the same place; where that is above the
  /// units, both have zeros there: 12300(1500). Where eight digits after the point are too few, and from 10⁹ on, a power
  /// of ten follows: 1.23(45)e-9. `digits` asks for so many places after the point instead, and an
  /// uncertainty that is 0 in these is shown as (0). An uncertainty that is none (NaN, of a single run) is left out.
  static func shown(_ value: Double, uncertainty: Double, digits: Int?) -> String {
    guard value.isFinite, uncertainty.isFinite, uncertainty >= 0 else { return shown(value, digits: digits) }
    if let digits { return fixed(value, uncertainty, places: min(max(digits, 0), 15)) }
    guard uncertainty > 0 else { return shown(value, digits: nil) + "(0)" }
    let places = lastPlace(of: uncertainty)
    if places <= 8, max(abs(value), uncertainty) < 1e9 { return fixed(value, uncertainty, places: places) }
    // In units of the power of ten of the larger of the two.
    var exponent = Int(log10(max(abs(value), uncertainty)).rounded(.down))
    var scaled = (value.timesTen(-exponent), uncertainty.timesTen(-exponent))
    if abs(scaled.0) >= 10 || scaled.1 >= 10 {
      exponent += 1
      scaled = (value.timesTen(-exponent), uncertainty.timesTen(-exponent))
    }
    // What is smaller than all digits of the number is 0 beside it.
    let mantissa = fixed(scaled.0, scaled.1, places: min(max(lastPlace(of: scaled.1), 0), 15))
    return exponent == 0 ? mantissa : "\(mantissa)e\(exponent)"
  }

  /// The place after the point of the second significant digit; negative before the point.
  private static func lastPlace(of uncertainty: Double) -> Int {
    let places = 1 - Int(log10(uncertainty).rounded(.down))
    // 0.0996 has the two digits 10 when it is rounded: one place less.
    return uncertainty.timesTen(places).rounded() >= 100 ? places - 1 : places
  }

  /// Both rounded to a place after the point, or before it where it is negative.
  private static func fixed(_ value: Double, _ uncertainty: Double, places: Int) -> String {
    guard abs(value) < 1e15, uncertainty < 1e15 else {
      return shown(value, digits: nil) + "(" + shown(uncertainty, digits: nil) + ")"
    }
    guard places > 0 else {
      func whole(_ number: Double) -> String {
        unsignedZero(String(format: "%.0f", number.timesTen(places).rounded().timesTen(-places)))
      }
      return "\(whole(value))(\(whole(uncertainty)))"
    }
    let digits = String(format: "%.0f", uncertainty.timesTen(places).rounded())
    return unsignedZero(String(format: "%.\(places)f", value)) + "(\(digits))"
  }

  /// What is rounded to 0 has no sign.
  private static func unsignedZero(_ text: String) -> String {
    text.hasPrefix("-") && text.dropFirst().allSatisfy { $0 == "0" || $0 == "." }
      ? String(text.dropFirst()) : text
  }
}

extension Double {
  /// Times a power of ten, of which small ones are exact.
  fileprivate func timesTen(_ exponent: Int) -> Double {
    exponent >= 0 ? self * pow(10, Double(exponent)) : self / pow(10, Double(-exponent))
  }
}
