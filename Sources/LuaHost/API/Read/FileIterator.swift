/// The function that a loop over a file calls.
struct FileIterator: LuaPushable {
  let file: InputFileHandle
  let formats: [LuaValue]

  func push(onto stack: LuaStack) {
    stack.push { stack in
      let results = try file.read(formats)
      try stack.reserve(results.count)
      for result in results { try result.push(onto: stack) }
      return Int32(results.count)
    }
  }
}
