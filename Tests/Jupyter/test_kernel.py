"""The kernel under Jupyter's own conformance tests, and what they do not ask: `make jupyter` runs this."""

import time
import unittest

import jupyter_kernel_test


class KernelTests(jupyter_kernel_test.KernelTests):
    kernel_name = "gfnet-lab"
    language_name = "lua"
    file_extension = ".lua"
    code_hello_world = "print('hello, world')"
    code_stderr = "io.stderr:write('oops\\n')"
    completion_samples = [
        {"text": "string.rever", "matches": ["reverse"]},
        {"text": "gfnet.tensor.zero", "matches": ["zeros"]},
    ]
    complete_code_samples = ["x = 1", "for i = 1, 3 do print(i) end", "1 + 1", "print('a')\n-- remark"]
    incomplete_code_samples = ["for i = 1, 3 do", "function f(", "x = {1,", "s = [[a", "x ="]
    invalid_code_samples = ["x = = 1", "end", "for 3 do"]
    code_page_something = "gfnet.tensor.zeros?"
    code_generate_error = "error('no')"
    code_execute_result = [
        {"code": "6 * 7", "result": "42"},
        {"code": "'a' .. 'b'", "result": "ab"},
        {"code": "{1, 2, x = 'y'}", "result": '{1, 2, x = "y"}'},
    ]
    code_display_data = [
        {"code": "gfnet.report.table{columns = {'a', 'b'}, rows = {{1, 2}}}", "mime": "text/html"},
        {"code": "local f = gfnet.plot.figure() f:line({1, 2}, {3, 4}) return f", "mime": "image/png"},
        {"code": "local f = gfnet.plot.figure() f:line({1, 2}, {3, 4}) return f", "mime": "text/plain"},
    ]
    code_clear_output = "print('first') gfnet.report.clear()"
    code_history_pattern = "6 [*] 7"
    supported_history_operations = ("tail", "range", "search")
    code_inspect_sample = "gfnet.tensor.zeros"

    # ------------------------------------------------------------------ what the conformance tests do not ask

    def request(self, channel, kind, content):
        message = self.kc.session.msg(kind, content)
        channel.send(message)
        return message["header"]["msg_id"]

    def control(self, kind, content):
        identifier = self.request(self.kc.control_channel, kind, content)
        while True:
            reply = self.kc.control_channel.get_msg(timeout=15)
            if reply["parent_header"].get("msg_id") == identifier:
                return reply["content"]

    def debug(self, command, **arguments):
        content = {"type": "request", "seq": 1, "command": command, "arguments": arguments}
        return self.control("debug_request", content)

    def begin_debugging(self):
        """Initialises the debugger, and takes its event, of which the conformance tests have no schema."""
        reply = self.debug("initialize")
        while self.kc.iopub_channel.get_msg(timeout=15)["msg_type"] != "debug_event":
            pass
        return reply

    def test_interrupt_keeps_the_session(self):
        self.flush_channels()
        self.execute_helper("kept = 17")
        self.flush_channels()
        identifier = self.kc.execute("print('runs') while true do end")
        while True:
            message = self.kc.iopub_channel.get_msg(timeout=15)
            if message["msg_type"] == "stream":
                break
        self.assertEqual(self.control("interrupt_request", {})["status"], "ok")
        reply = self.get_non_kernel_info_reply(timeout=15)
        self.assertEqual(reply["parent_header"]["msg_id"], identifier)
        self.assertEqual((reply["content"]["status"], reply["content"]["ename"]), ("error", "Interrupted"))
        self.flush_channels()
        _, outputs = self.execute_helper("kept")
        self.assertEqual(outputs[0]["content"]["data"]["text/plain"], "17")

    def test_control_is_answered_while_a_cell_runs(self):
        self.flush_channels()
        self.begin_debugging()
        self.flush_channels()
        self.execute_helper("seen = 3")
        self.flush_channels()
        self.kc.execute("print('runs') while true do end")
        while self.kc.iopub_channel.get_msg(timeout=15)["msg_type"] != "stream":
            pass
        self.assertEqual(self.control("kernel_info_request", {})["implementation"], "gfnet-lab")
        names = [variable["name"] for variable in self.debug("inspectVariables")["body"]["variables"]]
        self.assertIn("seen", names)
        self.assertTrue(self.kc.is_alive())
        self.control("interrupt_request", {})
        self.get_non_kernel_info_reply(timeout=15)

    def test_the_queue_is_aborted_behind_an_error(self):
        self.flush_channels()
        identifiers = [self.kc.execute(code) for code in ["while os.clock() < 0.3 do end error('no')", "after = 1", "after = 2"]]
        replies = {}
        while len(replies) < 3:
            reply = self.get_non_kernel_info_reply(timeout=15)
            replies[reply["parent_header"]["msg_id"]] = reply["content"]["status"]
        self.assertEqual([replies[identifier] for identifier in identifiers], ["error", "aborted", "aborted"])
        self.flush_channels()
        reply, _ = self.execute_helper("assert(not rawget(_G, 'after'))")
        self.assertEqual(reply["content"]["status"], "ok")

    def test_what_is_sent_after_an_error_runs(self):
        for _ in range(50):
            self.flush_channels()
            self.assertEqual(self.execute_helper("error('no')")[0]["content"]["status"], "error")
            self.assertEqual(self.execute_helper("1")[0]["content"]["status"], "ok")

    def test_a_tensor_has_a_picture(self):
        for code in ["randn(4, 5)", "rand(3, 16, 16)", "randn(2, 64, 7, 7)"]:
            self.flush_channels()
            _, outputs = self.execute_helper("gfnet.tensor." + code)
            self.assertEqual([o["msg_type"] for o in outputs], ["execute_result", "display_data"], code)
            self.assertIn("image/png", outputs[1]["content"]["data"])
        self.flush_channels()
        self.assertEqual(len(self.execute_helper("gfnet.tensor{1, 2}")[1]), 1)

    def test_completion_behind_a_running_cell(self):
        self.flush_channels()
        cell = self.kc.execute("print('runs') while true do end")
        while self.kc.iopub_channel.get_msg(timeout=15)["msg_type"] != "stream":
            pass
        wanted = {self.kc.complete("string.rever"), self.kc.inspect("string.rep"), self.kc.is_complete("x =")}
        self.control("interrupt_request", {})
        while wanted:
            reply = self.get_non_kernel_info_reply(timeout=15)
            identifier = reply["parent_header"]["msg_id"]
            if identifier != cell:
                self.assertIn(reply["content"]["status"], ["ok", "incomplete"])
                wanted.remove(identifier)

    def test_variables_are_listed_and_shown(self):
        self.flush_channels()
        self.execute_helper("answer = 42 t = gfnet.tensor.zeros(2, 3)")
        self.assertTrue(self.begin_debugging()["success"])
        variables = {v["name"]: v for v in self.debug("inspectVariables")["body"]["variables"]}
        self.assertEqual(variables["answer"]["value"], "42")
        self.assertIn("t", variables)
        rich = self.debug("richInspectVariables", variableName="t")
        self.assertTrue(rich["success"])
        self.assertIn("text/plain", rich["body"]["data"])
        self.assertFalse(self.debug("richInspectVariables", variableName="nobody")["success"])
        self.assertTrue(self.debug("debugInfo")["success"])
        refused = self.debug("setBreakpoints")
        self.assertFalse(refused["success"])
        self.assertIn("not supported", refused["message"])

    def test_expressions_silence_and_counts(self):
        self.flush_channels()
        reply = self.kc.execute_interactive("x = 2", user_expressions={"a": "x + 1", "b": "nobody.x"}, timeout=15)
        expressions = reply["content"]["user_expressions"]
        self.assertEqual(expressions["a"]["data"]["text/plain"], "3")
        self.assertEqual(expressions["b"]["status"], "error")
        count = reply["content"]["execution_count"]
        self.flush_channels()
        reply, outputs = self.execute_helper_silently("print(1) 5")
        self.assertEqual(reply["content"]["execution_count"], count)
        self.assertEqual(outputs, [])

    def execute_helper_silently(self, code):
        self.kc.execute(code, silent=True, store_history=False)
        reply = self.get_non_kernel_info_reply(timeout=15)
        outputs = []
        while True:
            message = self.kc.iopub_channel.get_msg(timeout=15)
            if message["msg_type"] == "status" and message["content"]["execution_state"] == "idle":
                return reply, outputs
            if message["msg_type"] != "status":
                outputs.append(message)

    def test_comms_are_refused(self):
        self.flush_channels()
        self.request(self.kc.shell_channel, "comm_open", {"comm_id": "c1", "target_name": "w", "data": {}})
        while True:
            message = self.kc.iopub_channel.get_msg(timeout=15)
            if message["msg_type"] == "comm_close":
                self.assertEqual(message["content"]["comm_id"], "c1")
                return

    def test_offsets_count_code_points(self):
        self.flush_channels()
        self.kc.complete("s = '😀é' string.rever")
        reply = self.get_non_kernel_info_reply(timeout=15)["content"]
        code = "s = '😀é' string.rever"
        self.assertEqual(reply["cursor_end"], len(code))
        self.assertEqual(code[reply["cursor_start"]:reply["cursor_end"]], "rever")

    def test_broken_messages_are_dropped(self):
        socket = self.kc.shell_channel.socket
        session = self.kc.session
        for frames in ([b"x"], [b"<IDS|MSG>"], [b"<IDS|MSG>", b"", b"{}", b"{}", b"{}", b"{}"],
                       [b"<IDS|MSG>", b"0" * 64, b"{", b"{}", b"{}", b"{}"], [b""] * 300):
            socket.send_multipart(frames)
        for texts in ([b"{", b"{}", b"{}", b"{}"], [b"{}", b"{}", b"{}", b"{}"], [b"[" * 100000, b"{}", b"{}", b"{}"],
                      [b'{"msg_type":"execute_request"}', b"{}", b"{}", b"[]"], [b"\xff\xfe", b"{}", b"{}", b"{}"]):
            socket.send_multipart([b"<IDS|MSG>", session.sign(texts), *texts])
        self.request(self.kc.shell_channel, "no_such_request", {})
        self.request(self.kc.shell_channel, "execute_request", {"code": 5})
        self.flush_channels()
        time.sleep(0.2)
        self.flush_channels()
        reply, _ = self.execute_helper("1")
        self.assertEqual(reply["content"]["status"], "ok")

    def test_a_restart_forgets(self):
        self.execute_helper("old = 1")
        self.km.restart_kernel(now=False)
        self.kc.wait_for_ready(timeout=30)
        self.flush_channels()
        reply, _ = self.execute_helper("old")
        self.assertEqual(reply["content"]["status"], "error")
        self.assertEqual(reply["content"]["execution_count"], 1)


if __name__ == "__main__":
    unittest.main()
