import Reports
import Support

/// One parameter of a sweep with the values that it takes in turn.
public struct SweepAxis: Sendable {
  /// One value of a parameter.
  public struct Value: Sendable, Equatable {
    /// The text that a run gets behind `name=`.
    public let text: String
    /// What the text means, where the script's declarations tell; else the text.
    public let json: JSONValue

    public init(text: String, json: JSONValue) {
      self.text = text
      self.json = json
    }
  }

  /// The parameter's name.
  public let name: String
  /// Its values, in order; never empty.
  public let values: [Value]

  public init(name: String, values: [Value]) {
    self.name = name
    self.values = values
  }

  /// Reads what was typed behind `name=`.
  ///
  /// Values are separated by commas. For a parameter that takes lists, a comma is part of the value, and `;` stands
  /// between values. A backslash takes the sign behind it as it is. A parameter that takes numbers also has ranges.
  ///
  /// - Parameters:
  ///   - name: the parameter's name.
  ///   - text: what was typed.
  ///   - setting: the script's declaration; nil: nothing is known of it.
  ///   - most: how many values it may have.
  ///   - read: what a text means as a value of the declaration; throws what is wrong with it.
  /// - Throws: ``SweepError``.
  public init(
    name: String, text: String, setting: Setting?, most: Int, read: (String) throws -> SettingValue
  ) throws {
    let place = "parameter '\(name)'"
    var values: [Value] = []
    var known: Set<SettingValue> = []
    for part in Self.parts(of: text, separator: setting?.takesLists == true ? ";" : ",") {
      let range = setting?.takesRanges != false ? try NumberRange(part, place) : nil
      guard values.count + (range?.count ?? 1) <= most else {
        throw SweepError("\(place) has more than \(most) values")
      }
      for word in range?.values ?? [part] {
        let value: SettingValue
        do {
          value = setting == nil ? Double(word).map { .number($0) } ?? .string(word) : try read(word)
        } catch let error as any LineError {
          throw SweepError("\(place) \(error)")
        }
        guard known.insert(value.comparable).inserted else {
          throw SweepError("\(place) takes \(word.printable(upTo: 60)) twice")
        }
        values.append(Value(text: setting == nil ? word : value.typed ?? word, json: value.json))
      }
    }
    self.init(name: name, values: values)
  }

  /// The pieces between separators that no backslash precedes.
  static func parts(of text: String, separator: Character) -> [String] {
    var parts = [""]
    var isTaken = false
    for sign in text {
      if isTaken {
        // Only what would otherwise be read differently needs its backslash, so that those of texts stay.
        parts[parts.count - 1] += (sign == separator || sign == "\\" ? "" : "\\") + String(sign)
        isTaken = false
      } else if sign == "\\" {
        isTaken = true
      } else if sign == separator {
        parts.append("")
      } else {
        parts[parts.count - 1].append(sign)
      }
    }
    if isTaken { parts[parts.count - 1] += "\\" }
    return parts
  }
}

extension Setting {
  /// Whether a comma in its value is part of the value.
  fileprivate var takesLists: Bool {
    switch kind {
    case .list, .numberOrList: true
    case .boolean, .integer, .number, .string: false
    }
  }

  /// Whether `1..5` means numbers: in a text it may be a path.
  fileprivate var takesRanges: Bool {
    switch kind {
    case .integer, .number, .numberOrList: true
    case .boolean, .string, .list: false
    }
  }
}

extension SettingValue {
  /// A form that is the same for 1 and 1.0.
  fileprivate var comparable: SettingValue {
    switch self {
    case .integer(let value): .number(Double(value))
    case .list(let values): .list(values.map(\.comparable))
    default: self
    }
  }

  /// One text for all ways in which a number can be typed, so that 0.1 and 0.10 are one run; nil: as it was typed.
  fileprivate var typed: String? {
    switch self {
    case .integer(let value): "\(value)"
    case .number(let value): value.isFinite ? NumberSpelling.plain(value) : nil
    default: nil
    }
  }
}
