/// Says whether the classes of a model and of a data set can be the same ones.
public enum ClassOrder {
  /// Why labels of `data` mean other classes than answers of `model`: a class that both name has two numbers.
  /// Nil where no name says so; names of classes may differ in words.
  public static func objection(data: [String], model: [String]) -> String? {
    guard !data.isEmpty, !model.isEmpty, !isNumbering(data), !isNumbering(model) else { return nil }
    let places = Dictionary(model.enumerated().map { ($1, $0) }) { first, _ in first }
    for (index, name) in data.enumerated() {
      guard let other = places[name], other != index, model[min(index, model.count - 1)] != name else {
        continue
      }
      return "its class \(index + 1), '\(name)', is class \(other + 1) of the model"
    }
    return nil
  }

  /// Whether the names were made up: 1, 2, ….
  private static func isNumbering(_ names: [String]) -> Bool {
    names.enumerated().allSatisfy { $1 == String($0 + 1) }
  }
}
