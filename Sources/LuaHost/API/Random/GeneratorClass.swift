/// The class `generator`: a sequence of random numbers of its own.
enum GeneratorClass {
  static let entry = LuaClass<RandomGenerator>(
    "generator", "A sequence of random numbers of its own.",
    properties: [
      .init("name", "string", "its name") { generator, _ in generator.name },
      .init("position", "integer", "how many draws were made") { generator, _ in generator.position },
    ],
    methods: RandomDraw.all.map(\.method),
    describe: { "random generator \"\($0.name)\" after \($0.position) draws" }
  ).entry
}
