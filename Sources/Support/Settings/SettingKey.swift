/// A setting of a built-in thing together with the Swift type that its value is read as.
///
/// The same key stands in the declaration and reads the value, so that the two cannot disagree:
/// ```swift
/// static let threshold = Setting.number("threshold", default: 0.9, in: 0...1, help: "least probability")
/// …
/// parameters: [threshold.setting], make: { try MarginExit(threshold: $0[threshold]) }
/// ```
public struct SettingKey<Value: SettingConvertible>: Sendable {
  /// The declaration.
  public let setting: Setting
}

extension Setting {
  /// A number, read as `Double`; `range` is inclusive, and `allowsInfinity` adds ±∞ to it.
  public static func number(
    _ name: String, default value: Double, in range: ClosedRange<Double>? = nil, allowsInfinity: Bool = false,
    help: String
  ) -> SettingKey<Double> {
    SettingKey(
      setting: Setting(
        name, .number, default: .number(value), in: range, allowsInfinity: allowsInfinity, help: help))
  }

  /// A whole number, read as `Int`; `range` is inclusive.
  public static func integer(
    _ name: String, default value: Int, in range: ClosedRange<Int>? = nil, help: String
  ) -> SettingKey<Int> {
    SettingKey(
      setting: Setting(
        name, .integer, default: .integer(value),
        in: range.map { Double($0.lowerBound)...Double($0.upperBound) }, help: help))
  }

  /// A number for every step, or a list with one by step; a single number is read as a list of one.
  public static func numberOrList(
    _ name: String, default value: Double, in range: ClosedRange<Double>? = nil, allowsInfinity: Bool = false,
    help: String
  ) -> SettingKey<[Double]> {
    SettingKey(
      setting: Setting(
        name, .numberOrList, default: .number(value), in: range, allowsInfinity: allowsInfinity, help: help))
  }
}

/// Checked values of declared settings.
public struct Settings: Sendable, Equatable {
  private let values: [String: SettingValue]

  /// Takes one value for each declared setting, by name, each of its kind.
  public init(_ values: [String: SettingValue]) { self.values = values }

  /// The value of a setting.
  ///
  /// - Throws: ``UndeclaredSetting`` where there is none, or one of another type.
  public subscript<Value>(key: SettingKey<Value>) -> Value {
    get throws {
      guard let value = values[key.setting.name].flatMap({ Value(setting: $0) }) else {
        throw UndeclaredSetting(name: key.setting.name)
      }
      return value
    }
  }
}

/// A setting was read that its owner did not declare.
public struct UndeclaredSetting: LineError {
  /// The name that nobody declared.
  public let name: String

  public var description: String { "the setting '\(name)' is read and not declared" }
}
