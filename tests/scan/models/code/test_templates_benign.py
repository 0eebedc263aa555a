"""Chat templates in the styles that public models use: none gives a finding.

Written from knowledge of the formats, not copied; what matters is which constructs they use.
"""

# ruff: noqa: E501, RUF001

import pytest

from seamark.scan.models.code.templates import examine_template
from seamark.scan.models.limits import Limits, Meter
from seamark.scan.models.router import route
from seamark.scan.models.scope import Scope, Tally

CHATML = """{% for message in messages %}{% if loop.first and messages[0]['role'] != 'system' %}
{{ '<|im_start|>system\\nYou are a helpful assistant.<|im_end|>\\n' }}{% endif %}
{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n' }}
{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"""

LLAMA_2 = """{% if messages[0]['role'] == 'system' %}{% set loop_messages = messages[1:] %}
{% set system_message = messages[0]['content'] %}{% else %}{% set loop_messages = messages %}
{% set system_message = false %}{% endif %}{% for message in loop_messages %}
{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}
{{ raise_exception('Conversation roles must alternate user/assistant/user/assistant/...') }}
{% endif %}{% if loop.index0 == 0 and system_message != false %}
{% set content = '<<SYS>>\\n' + system_message + '\\n<</SYS>>\\n\\n' + message['content'] %}
{% else %}{% set content = message['content'] %}{% endif %}{% if message['role'] == 'user' %}
{{ bos_token + '[INST] ' + content.strip() + ' [/INST]' }}{% elif message['role'] == 'assistant' %}
{{ ' ' + content.strip() + ' ' + eos_token }}{% endif %}{% endfor %}"""

LLAMA_3 = """{{- bos_token }}
{%- if custom_tools is defined %}{%- set tools = custom_tools %}{%- endif %}
{%- if not tools_in_user_message is defined %}{%- set tools_in_user_message = true %}{%- endif %}
{%- if not date_string is defined %}
    {%- if strftime_now is defined %}{%- set date_string = strftime_now("%d %b %Y") %}
    {%- else %}{%- set date_string = "26 Jul 2024" %}{%- endif %}
{%- endif %}
{%- if not tools is defined %}{%- set tools = none %}{%- endif %}
{%- if messages[0]['role'] == 'system' %}
    {%- set system_message = messages[0]['content']|trim %}{%- set messages = messages[1:] %}
{%- else %}{%- set system_message = "" %}{%- endif %}
{{- "<|start_header_id|>system<|end_header_id|>\\n\\n" }}
{%- if builtin_tools is defined or tools is not none %}{{- "Environment: ipython\\n" }}{%- endif %}
{%- if builtin_tools is defined %}
    {{- "Tools: " + builtin_tools | reject('equalto', 'code_interpreter') | join(", ") + "\\n\\n"}}
{%- endif %}
{{- "Today Date: " + date_string + "\\n\\n" }}
{%- if tools is not none and not tools_in_user_message %}
    {%- for t in tools %}{{- t | tojson(indent=4) }}{{- "\\n\\n" }}{%- endfor %}
{%- endif %}
{%- for message in messages %}
    {%- if not (message.role == 'ipython' or message.role == 'tool' or 'tool_calls' in message) %}
        {{- '<|start_header_id|>' + message['role'] + '<|end_header_id|>\\n\\n'
            + message['content'] | trim + '<|eot_id|>' }}
    {%- elif 'tool_calls' in message %}
        {%- if not message.tool_calls|length == 1 %}
            {{- raise_exception("This model only supports single tool-calls at once!") }}
        {%- endif %}
        {%- set tool_call = message.tool_calls[0].function %}
        {%- if builtin_tools is defined and tool_call.name in builtin_tools %}
            {{- "<|python_tag|>" + tool_call.name + ".call(" }}
            {%- for arg_name, arg_val in tool_call.arguments | items %}
                {{- arg_name + '="' + arg_val + '"' }}
                {%- if not loop.last %}{{- ", " }}{%- endif %}
            {%- endfor %}
            {{- ")" }}
        {%- else  %}
            {{- '{"name": "' + tool_call.name + '", ' }}{{- '"parameters": ' }}
            {{- tool_call.arguments | tojson }}{{- "}" }}
        {%- endif %}
    {%- elif message.role == "tool" or message.role == "ipython" %}
        {%- if message.content is mapping or message.content is iterable %}
            {{- message.content | tojson }}
        {%- else %}{{- message.content }}{%- endif %}
    {%- endif %}
{%- endfor %}"""

MISTRAL = """{%- if messages[0]["role"] == "system" %}
    {%- set system_message = messages[0]["content"] %}{%- set loop_messages = messages[1:] %}
{%- else %}{%- set loop_messages = messages %}{%- endif %}
{%- if not tools is defined %}{%- set tools = none %}{%- endif %}
{%- set user_messages = loop_messages | selectattr("role", "equalto", "user") | list %}
{%- set ns = namespace() %}{%- set ns.index = 0 %}
{%- for message in loop_messages %}
    {%- if not (message.role == "tool" or (message.tool_calls is defined)) %}
        {%- if (message["role"] == "user") != (ns.index % 2 == 0) %}
            {{- raise_exception("After the optional system message, roles must alternate") }}
        {%- endif %}
        {%- set ns.index = ns.index + 1 %}
    {%- endif %}
{%- endfor %}
{{- bos_token }}
{%- for message in loop_messages %}
    {%- if message["role"] == "user" %}
        {%- if tools is not none and (message == user_messages[-1]) %}
            {{- "[AVAILABLE_TOOLS] [" }}
            {%- for tool in tools %}
                {%- set tool = tool.function %}{{- '{"type": "function", "function": {' }}
                {%- for key, val in tool.items() if key != "return" %}
                    {%- if val is string %}{{- '"' + key + '": "' + val + '"' }}
                    {%- else %}{{- '"' + key + '": ' + val|tojson }}{%- endif %}
                    {%- if not loop.last %}{{- ", " }}{%- endif %}
                {%- endfor %}
                {{- "}}" }}{%- if not loop.last %}{{- ", " }}{%- else %}{{- "]" }}{%- endif %}
            {%- endfor %}{{- "[/AVAILABLE_TOOLS]" }}
        {%- endif %}
        {{- "[INST] " + message["content"] + "[/INST]" }}
    {%- elif message.tool_calls is defined and message.tool_calls is not none %}
        {%- for tool_call in message.tool_calls %}
            {%- set out = tool_call.function|tojson %}{{- out[:-1] }}
            {%- if not tool_call.id is defined or tool_call.id|length != 9 %}
                {{- raise_exception("Tool call IDs should be alphanumeric strings of length 9!") }}
            {%- endif %}
        {%- endfor %}
    {%- endif %}
{%- endfor %}"""

GEMMA = """{{ bos_token }}{% if messages[0]['role'] == 'system' %}
{{ raise_exception('System role not supported') }}{% endif %}{% for message in messages %}
{% if (message['role'] == 'assistant') %}{% set role = 'model' %}{% else %}
{% set role = message['role'] %}{% endif %}
{{ '<start_of_turn>' + role + '\\n' + message['content'] | trim + '<end_of_turn>\\n' }}
{% endfor %}{% if add_generation_prompt %}{{'<start_of_turn>model\\n'}}{% endif %}"""

GEMMA_3 = """{%- if messages[0]['content'] is string -%}
{%- set first_user_prefix = messages[0]['content'] + '\\n\\n' -%}
{%- else -%}{%- set first_user_prefix = messages[0]['content'][0]['text'] + '\\n\\n' -%}{%- endif -%}
{%- for message in messages -%}
{{ '<start_of_turn>' + message['role'] + '\\n' + (first_user_prefix if loop.first else "") }}
{%- if message['content'] is iterable -%}{%- for item in message['content'] -%}
{%- if item['type'] == 'image' -%}{{ '<start_of_image>' }}
{%- elif item['type'] == 'text' -%}{{ item['text'] | trim }}{%- endif -%}
{%- endfor -%}{%- else -%}{{ raise_exception("Invalid content type") }}{%- endif -%}
{{ '<end_of_turn>\\n' }}{%- endfor -%}"""

PHI = """{% for message in messages %}{% if message['role'] == 'system' and message['content'] %}
{{'<|system|>\\n' + message['content'] + '<|end|>\\n'}}{% elif message['role'] == 'user' %}
{{'<|user|>\\n' + message['content'] + '<|end|>\\n'}}{% endif %}{% endfor %}
{% if add_generation_prompt %}{{ '<|assistant|>\\n' }}{% else %}{{ eos_token }}{% endif %}"""

QWEN_3 = """{%- if tools %}{{- '<|im_start|>system\\n' }}
    {%- for tool in tools %}{{- "\\n" }}{{- tool | tojson }}{%- endfor %}
{%- endif %}
{%- set ns = namespace(multi_step_tool=true, last_query_index=messages|length - 1) %}
{%- for message in messages[::-1] %}
    {%- set index = (messages|length - 1) - loop.index0 %}
    {%- if ns.multi_step_tool and message.role == "user" and message.content is string
        and not(message.content.startswith('<tool_response>')
        and message.content.endswith('</tool_response>')) %}
        {%- set ns.multi_step_tool = false %}{%- set ns.last_query_index = index %}
    {%- endif %}
{%- endfor %}
{%- for message in messages %}
    {%- if message.content is string %}{%- set content = message.content %}
    {%- else %}{%- set content = '' %}{%- endif %}
    {%- if message.role == "assistant" %}
        {%- set reasoning_content = '' %}
        {%- if message.reasoning_content is string %}
            {%- set reasoning_content = message.reasoning_content %}
        {%- else %}{%- if '</think>' in content %}
            {%- set reasoning_content =
              content.split('</think>')[0].rstrip('\\n').split('<think>')[-1].lstrip('\\n') %}
            {%- set content = content.split('</think>')[-1].lstrip('\\n') %}
        {%- endif %}{%- endif %}
        {%- if loop.last or (not loop.last and reasoning_content) %}
            {{- '<|im_start|>' + message.role + '\\n<think>\\n' + reasoning_content.strip('\\n') }}
        {%- endif %}
        {%- if message.tool_calls %}{%- for tool_call in message.tool_calls %}
            {%- if tool_call.function %}{%- set tool_call = tool_call.function %}{%- endif %}
            {{- '<tool_call>\\n{"name": "' }}{{- tool_call.name }}{{- '", "arguments": ' }}
            {%- if tool_call.arguments is string %}{{- tool_call.arguments }}
            {%- else %}{{- tool_call.arguments | tojson }}{%- endif %}
        {%- endfor %}{%- endif %}
    {%- elif message.role == "tool" %}
        {%- if loop.first or (messages[loop.index0 - 1].role != "tool") %}
            {{- '<|im_start|>user' }}{%- endif %}
        {%- if loop.last or (messages[loop.index0 + 1].role != "tool") %}
            {{- '<|im_end|>\\n' }}{%- endif %}
    {%- endif %}
{%- endfor %}
{%- if enable_thinking is defined and enable_thinking is false %}{{- '<think>\\n\\n</think>' }}
{%- endif %}"""

DEEPSEEK_R1 = """{% if not add_generation_prompt is defined %}
{% set add_generation_prompt = false %}{% endif %}
{% set ns = namespace(is_first=false, is_tool=false, is_output_first=true, system_prompt='') %}
{%- for message in messages %}{%- if message['role'] == 'system' %}
{% set ns.system_prompt = message['content'] %}{%- endif %}{%- endfor %}
{{bos_token}}{{ns.system_prompt}}{%- for message in messages %}
{%- if message['role'] == 'user' %}{%- set ns.is_tool = false -%}
{{'<｜User｜>' + message['content']}}{%- endif %}
{%- if message['role'] == 'assistant' and message['content'] is none %}
{%- set ns.is_tool = false -%}{%- for tool in message['tool_calls']%}{%- if not ns.is_first %}
{{'<｜tool▁call▁begin｜>' + tool['type'] + '<｜tool▁sep｜>' + tool['function']['name']}}
{%- set ns.is_first = true -%}{%- endif %}{%- endfor %}{%- endif %}
{%- if message['role'] == 'assistant' and message['content'] is not none %}
{% set content = message['content'] %}{% if '</think>' in content %}
{% set content = content.split('</think>')[-1] %}{% endif %}
{{'<｜Assistant｜>' + content + '<｜end▁of▁sentence｜>'}}{%- endif %}{%- endfor -%}"""

COMMAND_R = """{{ bos_token }}{% if messages[0]['role'] == 'system' %}
{% set loop_messages = messages[1:] %}{% set system_message = messages[0]['content'] %}
{% elif false == true %}{% set loop_messages = messages %}
{% set system_message = 'You are Command-R' %}{% else %}{% set loop_messages = messages %}
{% set system_message = false %}{% endif %}
{%- macro json_to_python_type(json_spec) %}
{%- set basic_type_map = {"string": "str", "number": "float", "integer": "int", "boolean": "bool"} %}
{%- if basic_type_map[json_spec.type] is defined %}{{- basic_type_map[json_spec.type] }}
{%- elif json_spec.type == "array" %}{{- "List[" + json_to_python_type(json_spec.items) + "]"}}
{%- elif json_spec.type is iterable %}{{- "Union[" }}
{%- for t in json_spec.type %}{{- json_to_python_type({"type": t}) }}
{%- if not loop.last %}{{- "," }}{%- endif %}{%- endfor %}{{- "]" }}
{%- else %}{{- "Any" }}{%- endif %}{%- endmacro %}
{%- for tool in tools %}{% if loop.index0 != 0 %}{{ '\\n\\n'}}{% endif %}
{{'```python\\ndef ' + tool.name + '('}}
{% for param_name, param_fields in tool.parameter_definitions.items() %}
{{param_name}}: {% if not param_fields.required %}{{'Optional[' + param_fields.type + '] = None'}}
{% else %}{{ param_fields.type }}{% endif %}{% endfor %}{% endfor %}"""

HERMES = """{%- macro json_to_python_type(param_name, param) %}
{%- set types = {"string": "str", "object": "Dict[Any]"} %}
{%- if param.type is iterable and param.type is not string %}
{%- for t in param.type %}{{- json_to_python_type(param_name, {"type": t}) }}{%- endfor %}
{%- else %}{{- types[param.type] }}{%- endif %}{%- endmacro %}
{%- for tool in tools %}{%- set _ = tool %}
{{- json_to_python_type("x", tool.function.parameters) }}
{{- '{"type": "function", "function": ' }}{{- tool.function|tojson }}
{%- set argstring = tool.function.parameters.properties | dictsort | map(attribute='0') | join(',') %}
{{- argstring }}{%- endfor %}"""

ZEPHYR = """{% for message in messages %}\n{% if message['role'] == 'user' %}
{{ '<|user|>\\n' + message['content'] + eos_token }}\n{% elif message['role'] == 'system' %}
{{ '<|system|>\\n' + message['content'] + eos_token }}\n{% endif %}
{% if loop.last and add_generation_prompt %}\n{{ '<|assistant|>' }}\n{% endif %}\n{% endfor %}"""

GRANITE = """{%- if messages[0]['role'] == 'system' %}
{%- set system_message = messages[0]['content'] %}{%- set loop_messages = messages[1:] %}
{%- else %}{%- set system_message = "Today's Date: " + strftime_now('%B %d, %Y') + "." %}
{%- if tools and documents %}{%- set system_message = system_message + " You have tools." %}
{%- elif controls and 'citations' in controls %}
{%- set system_message = system_message + " Cite." %}{%- endif %}
{%- set loop_messages = messages %}{%- endif %}
{%- for message in loop_messages %}
{{- '<|start_of_role|>' + message['role'] + '<|end_of_role|>' + message['content'] }}
{%- if loop.last and add_generation_prompt %}{{- '<|start_of_role|>assistant' }}
{%- if controls %}{{- ' ' + controls | tojson()}}{%- endif %}{%- endif %}{%- endfor %}"""

GENERATION = """{% for message in messages %}{% if message.role == 'assistant' %}
{% generation %}{{ message.content + eos_token }}{% endgeneration %}{% else %}
{{ message.content }}{% endif %}{% if loop.index > 50 %}{% break %}{% endif %}{% endfor %}
{% do messages.append({'role': 'x'}) %}"""

TYPESCRIPT_TOOLS = """{%- macro render_typescript_type(spec, required, is_nullable=false) -%}
{%- if spec.type == "array" -%}{%- if spec['items'] -%}
{{- render_typescript_type(spec['items'], required) + "[]" -}}{%- endif -%}
{%- elif spec.enum -%}{{- '"' + spec.enum|join('" | "') + '"' -}}
{%- elif spec.type is defined and spec.type is iterable and spec.type is not string -%}
{{- spec.type | join(" | ") -}}{%- else -%}{{- "any" }}{%- endif -%}{%- endmacro -%}
{%- set last = namespace(found=false, tool_name=none) -%}
{%- for tool in tools -%}{%- set props = tool.function.parameters.properties -%}
{{- "type " + tool.function.name + " = (_: {\\n" -}}
{%- for name, spec in props.items() -%}
{{- name + ": " + render_typescript_type(spec, tool.required or []) -}}{%- endfor -%}{%- endfor -%}
{%- if "python" in builtin_tools -%}{{- "reasoning " ~ (reasoning_effort or "medium") -}}{%- endif -%}
{%- for message in messages|rejectattr('role', 'equalto', 'system') -%}
{%- set key = 'text' if message.type == 'text' else 'content' -%}{{- message[key] -}}
{%- for k in message.keys()|sort -%}{{- message[k]|string|replace("\\n", " ")|indent(4) -}}
{%- endfor -%}{%- endfor -%}"""

SIMPLE = """{{ bos_token }}{% for m in messages %}{{ m.role|upper ~ ': ' ~ m['content']|safe }}
{{ '=' * 40 }}{% for i in range(3) %}-{% endfor %}{{ '%s' % m.name }}{{ "__" ~ m.role ~ "__" }}
{{ m.content|default('', true)|length }}{% endfor %}"""

PLAIN = "no template at all: {curly} and 100% text"

BENIGN = {
    "chatml": CHATML,
    "llama-2": LLAMA_2,
    "llama-3.x": LLAMA_3,
    "mistral": MISTRAL,
    "gemma": GEMMA,
    "gemma-3": GEMMA_3,
    "phi": PHI,
    "qwen-3": QWEN_3,
    "deepseek-r1": DEEPSEEK_R1,
    "command-r": COMMAND_R,
    "hermes": HERMES,
    "zephyr": ZEPHYR,
    "granite": GRANITE,
    "generation": GENERATION,
    "typescript tools": TYPESCRIPT_TOOLS,
    "simple": SIMPLE,
    "plain": PLAIN,
}


@pytest.mark.parametrize("text", BENIGN.values(), ids=BENIGN)
def test_public_styles_give_no_finding(text: str) -> None:
    scope = Scope(path="t.jinja", meter=Meter(Limits()), tally=Tally(), route=route)
    assert list(examine_template(text, scope, anchor="chat_template")) == []
