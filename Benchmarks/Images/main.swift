import Foundation
import Support
import Vision

// Pixels of pictures for a program that compares them with those of another library.
//
// Each line of standard input is a request, its words separated by tabs:
//
//   decode PATH
//   resize FILTER WIDTH HEIGHT PATH
//   time   FILTER WIDTH HEIGHT RUNS PATH
//
// The answer is a line "ok WIDTH HEIGHT", followed by that many RGB pixels; "ok DECODE RESIZE", seconds of the fastest
// runs; or "error" and the reason.

struct BadRequest: Error, CustomStringConvertible {
  let description: String
}

func number(_ word: String) throws -> Int {
  guard let number = Int(word) else { throw BadRequest(description: "not a number: \(word)") }
  return number
}

func filter(_ word: String) throws -> ResampleFilter {
  guard let filter = ResampleFilter(rawValue: word) else {
    throw BadRequest(description: "no filter: \(word)")
  }
  return filter
}

func fastest(_ runs: Int, _ body: () throws -> Void) rethrows -> Double {
  var best = Double.infinity
  for _ in 0..<runs {
    let start = DispatchTime.now().uptimeNanoseconds
    try body()
    best = min(best, Double(DispatchTime.now().uptimeNanoseconds - start) * 1e-9)
  }
  return best
}

func answer(_ words: [String]) throws -> Data {
  func pixels(_ image: RGBImage) -> Data {
    Data("ok \(image.width) \(image.height)\n".utf8) + Data(image.pixels)
  }
  switch (words.first, words.count) {
  case ("decode", 2): return pixels(try ImageDecoder.decode(contentsOf: FilePath(words[1])))
  case ("resize", 5):
    return pixels(
      try ImageDecoder.decode(contentsOf: FilePath(words[4])).resized(
        width: number(words[2]), height: number(words[3]), filter(words[1])))
  case ("time", 6):
    let runs = try number(words[4])
    let image = try ImageDecoder.decode(contentsOf: FilePath(words[5]))
    let (width, height, filter) = (try number(words[2]), try number(words[3]), try filter(words[1]))
    let decode = try fastest(runs) { _ = try ImageDecoder.decode(contentsOf: FilePath(words[5])) }
    let resize = try fastest(runs) { _ = try image.resized(width: width, height: height, filter) }
    return Data("ok \(decode) \(resize)\n".utf8)
  default: throw BadRequest(description: "no such request: \(words.joined(separator: " "))")
  }
}

while let line = readLine() {
  let reply: Data
  do {
    reply = try answer(line.split(separator: "\t").map(String.init))
  } catch {
    reply = Data("error \(error)\n".utf8)
  }
  FileHandle.standardOutput.write(reply)
}
