import LuaHost
import Testing

/// The pattern functions answer as Lua's manual says.
@Suite struct PatternTests {
  @Test(arguments: [
    ("('hello world'):find('wor')", "7\t9"),
    ("('hello'):find('l', 1, true)", "3\t3"),
    ("('a.b'):find('.', 2, true)", "2\t2"),
    ("('hello'):find('')", "1\t0"),
    ("('hello'):find('', 6)", "6\t5"),
    ("('hello'):find('x')", "nil"),
    ("('hello'):find('l+')", "3\t4"),
    ("('hello'):find('(h)(.)')", "1\t2\th\te"),
    ("('hello'):find('^l')", "nil"),
    ("('key = value'):match('(%w+)%s*=%s*(%w+)')", "key\tvalue"),
    ("('2024-01-02'):match('(%d+)-(%d+)-(%d+)')", "2024\t01\t02"),
    ("('  trim  '):match('^%s*(.-)%s*$') .. '|'", "trim|"),
    ("('f(a(b)c)d'):match('%b()')", "(a(b)c)"),
    ("('THE (quick) fox'):find('%((%a+)%)')", "5\t11\tquick"),
    ("('hello'):match('()ll()')", "3\t5"),
    ("('abab'):match('(ab)%1')", "ab"),
    ("('THE (quick) fox'):gsub('%f[%a]%a+', 'w')", "w (w) w\t3"),
    ("('abc'):gsub('', '-')", "-a-b-c-\t4"),
    ("('hello world'):gsub('o', '0', 1)", "hell0 world\t1"),
    ("('hello'):gsub('(l)(l)', '%2%1%0%%')", "hellll%o\t1"),
    ("('$name'):gsub('%$(%w+)', {name = 'x'})", "x\t1"),
    ("('abc'):gsub('%w', function(c) if c == 'b' then return 'B' end end)", "aBc\t3"),
    ("('abc'):gsub('^a', 'x')", "xbc\t1"),
    ("('a,b,,c'):gsub(',', ';')", "a;b;;c\t3"),
    ("('[x]'):match('[]]')", "]"),
    ("('a-z'):match('[a%-z]+')", "a-z"),
    ("('abc'):match('[^a]+')", "bc"),
    ("('x0y1'):match('%a%d$')", "y1"),
    ("('aaa'):match('a-b')", "nil"),
    ("('aXb'):find('%u')", "2\t2"),
    ("('a\\0b'):find('\\0')", "2\t2"),
    ("('a\\0b'):match('%z')", "\0"),
    ("('äö'):gsub('[\\128-\\255]+', 'x')", "x\t1"),
    ("('one two'):match('(%a+) (%a+)', -3)", "nil"),
    (
      "(function() local t = {} for k, v in ('a=1, b=2'):gmatch('(%w+)=(%w+)') do t[#t + 1] = k .. v end return table.concat(t, ' ') end)()",
      "a1 b2"
    ),
    ("(function() local n = 0 for _ in ('abc'):gmatch('') do n = n + 1 end return n end)()", "4"),
    ("('x'):rep(3, '-')", "x-x-x"),
    ("('x'):rep(0), ('x'):rep(-1)", "\t"),
  ])
  func patternsAnswerAsLuaDoes(_ source: String, _ expected: String) throws {
    let bench = try ScriptBench("print(\(source))")
    #expect(bench.message == "")
    #expect(bench.shown == expected + "\n")
  }

  @Test(arguments: [
    ("('a'):find('[a')", "malformed pattern (missing ']')"),
    ("('a'):find('%')", "malformed pattern (ends with '%')"),
    ("('a'):find('(a')", "unfinished capture"),
    ("('a'):match('a)')", "invalid pattern capture"),
    ("('a'):find('%1')", "invalid capture index"),
    ("('a'):gsub('a', '%2')", "invalid capture index"),
    ("('a'):gsub('a', '%x')", "invalid use of '%'"),
    ("('a'):rep(40):find(('(a)'):rep(40))", "too many captures"),
    ("('a'):rep(300):find(('a?'):rep(300) .. 'b')", "pattern too complex"),
    ("('a'):gsub('a', true)", "string/function/table"),
    ("('a'):gsub('a', function() return {} end)", "invalid replacement value (a table)"),
    ("('a'):find('%b')", "missing arguments to '%b'"),
    ("('a'):find('%fa')", "missing '[' after '%f'"),
  ])
  func badPatternsAreRefused(_ source: String, _ expected: String) throws {
    #expect(try ScriptBench(source).message.contains(expected))
  }
}
