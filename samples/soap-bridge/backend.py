#!/usr/bin/env python3
"""The twenty-year-old system: a SOAP service that knows one customer, 123. It ends with the process that started it.
Usage: backend.py PORT"""
import http.server
import os
import sys
import threading
import time
import xml.etree.ElementTree as xml

SOAP, OWN = "http://schemas.xmlsoap.org/soap/envelope/", "urn:customers"
FAULT = "<s:Fault><faultcode>s:Client</faultcode><faultstring>there is no customer {}</faultstring></s:Fault>"
ALICE = f"""<GetCustomerResponse xmlns="{OWN}"><customer><name>Alice</name><since>2006-01-12</since><active>true</active><order>17</order></customer></GetCustomerResponse>"""


class Service(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        envelope = xml.fromstring(self.rfile.read(int(self.headers["Content-Length"])))
        customer = envelope.find(f"{{{SOAP}}}Body/{{{OWN}}}GetCustomer/{{{OWN}}}id").text
        body = f'<s:Envelope xmlns:s="{SOAP}"><s:Body>{ALICE if customer == "123" else FAULT.format(int(customer))}</s:Body></s:Envelope>'.encode()
        self.send_response(200 if customer == "123" else 500)
        self.send_header("Content-Type", "text/xml; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def end_with_parent(parent=os.getppid()):
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(0)


threading.Thread(target=end_with_parent, daemon=True).start()
http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Service).serve_forever()
