import OneDNN

/// A oneDNN primitive on fixed arrays.
struct PrimitiveStep: PlanStep {
  let name: String
  let primitive: Primitive
  var multiplyAdds = 0

  func run() throws { try primitive.run() }
}
