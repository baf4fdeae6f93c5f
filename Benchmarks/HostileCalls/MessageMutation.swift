import Jupyter
import Support

/// Frames of messages to the kernel that were damaged, as a function of a random stream. Half of them are signed as they
/// are, so that what is behind the signature is read too.
struct MessageMutation {
  static let coder = MessageCoder(key: Array("a key for trials".utf8))

  private static let requests = [
    (
      "execute_request",
      #"{"code": "print(1)", "silent": false, "store_history": true, "user_expressions": {"a": "1 + 1"}, "allow_stdin": false, "stop_on_error": true}"#
    ),
    ("complete_request", #"{"code": "gfnet.te", "cursor_pos": 8}"#),
    ("inspect_request", #"{"code": "gfnet.load", "cursor_pos": 5, "detail_level": 0}"#),
    ("is_complete_request", #"{"code": "for i = 1, 3 do"}"#), ("kernel_info_request", "{}"),
    ("history_request", #"{"output": false, "raw": true, "hist_access_type": "tail", "n": 10}"#),
    ("comm_info_request", #"{"target_name": "x"}"#), ("interrupt_request", "{}"),
    ("shutdown_request", #"{"restart": true}"#),
  ]

  func frames(_ draw: CounterRandom, _ mutate: (String, CounterRandom) -> String) -> [[UInt8]] {
    let (type, content) = Self.requests[draw.integer(0, below: Self.requests.count)]
    var texts = [
      #"{"msg_id": "a-1", "session": "s", "username": "u", "date": "2024-01-01T00:00:00Z", "msg_type": "\#(type)", "version": "5.4"}"#,
      "{}", "{}", content,
    ]
    for _ in 0..<draw.integer(1, below: 3) {
      let victim = draw.integer(2, below: texts.count)
      texts[victim] = mutate(texts[victim], draw.child(victim))
    }
    let parts = texts.map { Array($0.utf8) }
    let signature = draw.integer(3, below: 2) == 0 ? Self.coder.signature(of: parts) : Array("0123".utf8)
    var frames: [[UInt8]] = [Array("identity".utf8), Array("<IDS|MSG>".utf8), signature] + parts
    switch draw.integer(4, below: 8) {
    case 0: frames.remove(at: draw.integer(5, below: frames.count))
    case 1: frames.swapAt(draw.integer(5, below: frames.count), draw.integer(6, below: frames.count))
    case 2:
      frames.insert(frames[draw.integer(5, below: frames.count)], at: draw.integer(6, below: frames.count))
    case 3: frames = Array(repeating: frames[0], count: draw.integer(5, below: 40)) + frames
    case 4: frames[draw.integer(5, below: frames.count)] = []
    default: break
    }
    return frames
  }
}
