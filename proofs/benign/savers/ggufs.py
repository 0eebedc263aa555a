"""GGUF files by the gguf package, with chat templates of the kinds that models really carry."""

# ruff: noqa: E501 (a table reads better with one entry a line)

import json
import os
import sys

import gguf
import numpy as np
from record import Shelf

CHATML = (
    "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n' + message['content'] + "
    "'<|im_end|>' + '\n'}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
INSTRUCT = (
    "{% if messages[0]['role'] == 'system' %}{% set loop_messages = messages[1:] %}"
    "{% set system_message = messages[0]['content'] %}{% else %}{% set loop_messages = messages %}"
    "{% set system_message = false %}{% endif %}{% for message in loop_messages %}"
    "{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}"
    "{{ raise_exception('Conversation roles must alternate user/assistant/user/assistant/...') }}{% endif %}"
    "{% if loop.index0 == 0 and system_message != false %}"
    "{% set content = '<<SYS>>\\n' + system_message + '\\n<</SYS>>\\n\\n' + message['content'] %}"
    "{% else %}{% set content = message['content'] %}{% endif %}{% if message['role'] == 'user' %}"
    "{{ bos_token + '[INST] ' + content.strip() + ' [/INST]' }}{% elif message['role'] == 'assistant' %}"
    "{{ ' '  + content.strip() + ' ' + eos_token }}{% endif %}{% endfor %}"
)
HEADERS = (
    "{{- bos_token }}\n{%- if custom_tools is defined %}\n    {%- set tools = custom_tools %}\n{%- endif %}\n"
    "{%- if not date_string is defined %}\n    {%- if strftime_now is defined %}\n"
    "        {%- set date_string = strftime_now('%d %b %Y') %}\n    {%- else %}\n"
    "        {%- set date_string = '26 Jul 2024' %}\n    {%- endif %}\n{%- endif %}\n"
    "{%- if messages[0]['role'] == 'system' %}\n    {%- set system_message = messages[0]['content']|trim %}\n"
    "    {%- set messages = messages[1:] %}\n{%- else %}\n    {%- set system_message = '' %}\n{%- endif %}\n"
    "{{- '<|start_header_id|>system<|end_header_id|>\\n\\n' }}\n"
    "{%- if tools is not none %}{%- for t in tools %}{{- t | tojson(indent=4) }}{{- '\\n\\n' }}{%- endfor %}{%- endif %}\n"
    "{{- system_message }}{{- '<|eot_id|>' }}\n{%- for message in messages %}\n"
    "    {%- if not (message.role == 'ipython' or message.role == 'tool' or 'tool_calls' in message) %}\n"
    "        {{- '<|start_header_id|>' + message['role'] + '<|end_header_id|>\\n\\n'+ message['content'] | trim + '<|eot_id|>' }}\n"
    "    {%- elif 'tool_calls' in message %}\n        {%- if not message.tool_calls|length == 1 %}\n"
    "            {{- raise_exception('This model only supports single tool-calls at once!') }}\n        {%- endif %}\n"
    "        {%- set tool_call = message.tool_calls[0].function %}\n"
    "        {{- '{\"name\": \"' + tool_call.name + '\", ' }}{{- tool_call.arguments | tojson }}{{- '}' }}\n"
    "    {%- endif %}\n{%- endfor %}\n{%- if add_generation_prompt %}\n"
    "    {{- '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}\n{%- endif %}\n"
)
TURNS = (
    "{{ bos_token }}{% if messages[0]['role'] == 'system' %}{{ raise_exception('System role not supported') }}"
    "{% endif %}{% for message in messages %}{% if (message['role'] == 'assistant') %}{% set role = 'model' %}"
    "{% else %}{% set role = message['role'] %}{% endif %}{{ '<start_of_turn>' + role + '\n' + message['content'] | "
    "trim + '<end_of_turn>\n' }}{% endfor %}{% if add_generation_prompt %}{{'<start_of_turn>model\n'}}{% endif %}"
)
SPLIT = (
    "{%- for message in messages %}{%- if message.role == 'assistant' %}{%- set parts = "
    "message.content.split('</think>') %}{%- set content = parts[-1].lstrip('\\n') %}{{- content }}"
    "{%- else %}{{- message.content }}{%- endif %}{%- endfor %}"
)
NAMESPACE = (
    "{%- set ns = namespace(found=false, last=messages|length - 1) %}{%- for message in messages[::-1] %}"
    "{%- set index = (messages|length - 1) - loop.index0 %}{%- if message.role == 'user' and not ns.found %}"
    "{%- set ns.found = true %}{%- set ns.last = index %}{%- endif %}{%- endfor %}"
    "{%- macro render(items) -%}{%- for i in items -%}{{ i | string | upper }}{%- endfor -%}{%- endmacro -%}"
    "{{ render(messages | map(attribute='content') | list) }}{{ messages | selectattr('role', 'equalto', 'user') "
    "| list | length }}{%- for k, v in messages[0].items() if v is string %}{{ k }}={{ v }}{%- endfor %}"
)
TEMPLATES = {
    "chatml": CHATML,
    "instruct": INSTRUCT,
    "headers": HEADERS,
    "turns": TURNS,
    "split": SPLIT,
    "namespace": NAMESPACE,
    "alpaca": "{{ bos_token }}{% for m in messages %}{% if m['role'] == 'user' %}### Instruction:\n{{ m['content'] }}\n\n"
    "{% else %}### Response:\n{{ m['content'] }}{{ eos_token }}\n\n{% endif %}{% endfor %}",
    "phi": "{% for message in messages %}{{'<|' + message['role'] + '|>' + '\n' + message['content'] + '<|end|>\n' }}"
    "{% endfor %}{% if add_generation_prompt and messages[-1]['role'] != 'assistant' %}{{- '<|assistant|>\n' -}}{% endif %}",
    "embedding": "",
    "generation": "{% for m in messages %}{% generation %}{{ m['content'] }}{% endgeneration %}{% endfor %}",
}


def main(out):
    """A small GGUF file, and a tokenizer's configuration, for each template."""
    shelf = Shelf(out, "gguf")
    for index, (name, template) in enumerate(TEMPLATES.items()):

        def write(path, text=template, number=index):
            writer = gguf.GGUFWriter(path, "llama")
            writer.add_name("tiny")
            writer.add_block_count(1)
            writer.add_context_length(64)
            writer.add_tokenizer_model("llama")
            writer.add_token_list(["<s>", "</s>", "a", "__class__", "os.system"])
            writer.add_token_scores([0.0] * 5)
            writer.add_bool("x.flag", True)
            writer.add_float32("x.rate", 0.5)
            if text:
                writer.add_chat_template(text)
            writer.add_tensor("w", np.ones((4, 8), dtype=np.float32))
            if number % 2:
                writer.add_tensor("q", np.zeros((4, 8), dtype=np.float16))
            writer.write_header_to_file()
            writer.write_kv_data_to_file()
            writer.write_tensors_to_file()
            writer.close()

        shelf.save(name + ".gguf", write, kind="gguf")

        def folder(path, text=template):
            with open(os.path.join(path, "tokenizer_config.json"), "w") as handle:
                json.dump(
                    {"tokenizer_class": "X", "bos_token": "<s>", "chat_template": text},
                    handle,
                    indent=2,
                )

        if template and name != "generation":
            shelf.save("tokenizer-" + name, folder, kind="template", folder=True)
    print("gguf", shelf.saved, shelf.failed)


if __name__ == "__main__":
    main(sys.argv[1])
