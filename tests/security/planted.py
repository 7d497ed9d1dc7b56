"""What is planted: a customer whose every word can be found again, and what somebody might write to do harm."""

from textwrap import dedent
from typing import Final

from small_directory import SMALL

NAME, MAIL, PHONE = "Zoraida Quillfeather", "zoraida@planted.example", "+1 555 0199 777"
PROFILE = "arn:aws:profile:us-east-1:111122223333:domains/planted/profiles/planted-1"
MARKS: Final = ("zoraida", "quillfeather", "0199 777", "planted", "0wned")
"""In every text that is planted stands one of these, and nowhere else."""

HOSTILE: Final = {
    "braces": "planted {{ case.customer_email }} {{ 7*7 }} {% raw %} ${title} #{title} $(id) %s %(title)s {0} {title.__class__}",
    "header": "planted\r\nBcc: eve@planted.example\r\nReply-To: eve@planted.example\r\n\r\n0wned",
    "encoded header": "planted =?utf-8?q?0wned=0D=0ABcc:_eve@planted.example?=",
    "address": '"0wned" <eve@planted.example>, eve2@planted.example;',
    "log line": 'planted\n{"level":"ERROR","message":"0wned","service":"casewright"}\n',
    "metric": 'planted"}\n{"_aws":{"CloudWatchMetrics":[{"Namespace":"Casewright","Metrics":[{"Name":"0wned"}]}]},"0wned":1}',
    "sql": "planted'; DROP VIEW facts; --\" ` \\' UNION SELECT 1",
    "script": "planted<script>alert('0wned')</script><img src=x onerror=alert(1)><svg/onload=alert(1)></title></textarea>",
    "link": "planted [0wned](javascript:alert(1)) <a href='javascript:alert(1)'>0wned</a> <javascript:alert(1)>",
    "attribute": 'planted" onmouseover="alert(1)" style="background:url(https://planted.example/0wned)',
    "formula": "=cmd|'/c calc'!A1 planted",
    "escapes": "planted\x1b[31m\x1b]8;;https://planted.example\x1b\\0wned\x1b]8;;\x1b\\\x1b[2J\x07\x08\x9b31m",
    "markup": "planted [red]0wned[/red] [link=https://planted.example]0wned[/link] [/] [bold :smile:",
    "direction": "planted \u202egnp.exe\u202c \u2066\u200f\u2069 \u2028 0wned",
    "markdown": "# planted\n**0wned** ![x](https://planted.example/0wned.png) | - ` ~~~\n> quote",
}
"""By what they are after. Each is what a customer may write in a mail, a form or a chat."""

WEBHOOK: Final = "X-Api-Key"
CENTER: Final = {
    **SMALL,
    "catalog.yaml": dedent(SMALL["catalog.yaml"]) + 'buses: {partners: "arn:aws:events:us-east-1:111122223333:event-bus/partners"}\n',
    "fields.yaml": dedent(SMALL["fields.yaml"])
    + "whose: {system_id: customer_id}\nphone: {type: Text}\necho: {type: Text}\nother: {type: Text}\n",
    "webhooks.yaml": """\
        - webhook: orders
          url: https://orders.example.com/in
          authentication: {api_key: {header: X-Api-Key, secret: shop/orders}}
          retry: {for: 2m}
        """,
    "emails/hello.yaml": """\
        email: hello
        subject: "Re: {{ case.title }}"
        reply_to: [team-leads]
        text: |
          ## Hello

          **{{ case.title }}** [your page](https://shop.example/{{ case.title }}) {{ case.summary }}
        """,
    "rules/told.yaml": """\
        - rule: mail
          when: case_created
          then: [{send_email: {to: "{{ case.customer_email }}", template: hello}}]
        - rule: mail-astray
          when: case_created
          then: [{send_email: {to: "{{ case.title }}", template: hello}}]
        - rule: task
          when: case_created
          then:
            - create_task:
                flow: Escalations
                name: "Call {{ case.title }}"
                description: "{{ case.summary }} {{ case.phone }}"
                references: {Mail: {email: "{{ case.customer_email }}"}, Words: {text: "{{ case.title }}"}}
        - rule: remark
          when: case_created
          then: [{add_comment: "{{ case.title }} / {{ case.summary }}"}]
        - rule: copy
          when: case_created
          then: [{update_case: {set: {echo: "{{ case.title }}"}}}]
        - rule: webhook
          when: case_created
          then: [{call_webhook: {webhook: orders, body: {title: "{{ case.title }}"}}}]
        - rule: partners
          when: case_created
          then: [{put_event: {bus: partners, detail_type: Told, detail: {number: "{{ case.id }}"}}}]
        - rule: another
          when: case_created
          if: {other: {absent: true}}
          then: [{create_case: {template: Billing, set: {title: "{{ case.title }}", other: "{{ case.id }}", amount: 5}, customer: same}}]
        - rule: astray
          when: case_created
          then:
            - link_case: {to: "{{ case.summary }}"}
            - attach_contact: "{{ case.title }}"
            - tag: {words: "{{ case.title }}"}
        """,
}
"""A contact centre that puts the words of its customers wherever a rule can."""
