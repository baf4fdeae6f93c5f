/// How numbers lie in a plan's memory: float32, or bfloat16 as the upper 16 bits of one.
protocol PlanNumber {
  var float: Float { get }
  init(rounding value: Float)
  static func load16(_ pointer: UnsafePointer<Self>) -> SIMD16<Float>
  static func store16(_ value: SIMD16<Float>, _ pointer: UnsafeMutablePointer<Self>)
}

extension Float: PlanNumber {
  @inline(__always) var float: Float { self }
  @inline(__always) init(rounding value: Float) { self = value }

  @inline(__always) static func load16(_ pointer: UnsafePointer<Float>) -> SIMD16<Float> {
    UnsafeRawPointer(pointer).loadUnaligned(as: SIMD16<Float>.self)
  }

  @inline(__always) static func store16(_ value: SIMD16<Float>, _ pointer: UnsafeMutablePointer<Float>) {
    UnsafeMutableRawPointer(pointer).storeBytes(of: value, as: SIMD16<Float>.self)
  }
}

extension UInt16: PlanNumber {
  @inline(__always) var float: Float { Float(bitPattern: UInt32(self) &<< 16) }

  /// To the nearest bfloat16, ties to even; NaN stays NaN.
  @inline(__always) init(rounding value: Float) {
    let bits = value.bitPattern
    let rounded = (bits &+ 0x7FFF &+ ((bits &>> 16) & 1)) &>> 16
    self = UInt16(truncatingIfNeeded: value.isNaN ? bits &>> 16 | 0x40 : rounded)
  }

  @inline(__always) static func load16(_ pointer: UnsafePointer<UInt16>) -> SIMD16<Float> {
    let bits = UnsafeRawPointer(pointer).loadUnaligned(as: SIMD16<UInt16>.self)
    return unsafeBitCast(SIMD16<UInt32>(truncatingIfNeeded: bits) &<< 16, to: SIMD16<Float>.self)
  }

  @inline(__always) static func store16(_ value: SIMD16<Float>, _ pointer: UnsafeMutablePointer<UInt16>) {
    let bits = unsafeBitCast(value, to: SIMD16<UInt32>.self)
    let rounded = (bits &+ 0x7FFF &+ ((bits &>> 16) & 1)) &>> 16
    let quiet = (bits &>> 16) | 0x40
    let result = rounded.replacing(with: quiet, where: value .!= value)
    UnsafeMutableRawPointer(pointer).storeBytes(
      of: SIMD16<UInt16>(truncatingIfNeeded: result), as: SIMD16<UInt16>.self)
  }
}
