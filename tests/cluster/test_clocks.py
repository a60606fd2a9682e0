#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`certs controller` with the lives it has without flags, over more than a year of a real API server's time.

The API server itself lives in the moved time (clock.py): what it writes into Date, what it thinks of a ServiceAccount's
token and of the webhook's certificate, all is by that clock. The controller is as it is shipped: it takes the time of day
from the API server's answers, and its clock for what has passed is moved along. So at every step the real API server
makes a new TLS connection to our real server, verifies its certificate by the caBundle that is registered at that time,
and must get the answer that only our server gives; to one server that has each new Secret at once, and to one whose
kubelet takes 170 seconds. What is to be done when is said by moved.py, from the Secrets, by the rules of the documentation.

Not proved here: API servers that hear of a caBundle late, and calls at every single moment (tests/unit/test_clocks.c has
both, against an API server in memory), nor real seconds (test_controller.py)."""

import json
import random
import unittest

import clock
from controller import KINDS, NAME, SECRETS
from fixture import PROGRAM, main
from moved import (DAY, HOUR, LEAF, MINUTE, YEAR, MovedCluster, MovedController, SecondApiServer, World,
                   eventually)


class Clocks(unittest.TestCase):
    """One world, in which the steps come one after another."""

    @classmethod
    def setUpClass(cls):
        cls.api = cls.enterClassContext(MovedCluster())
        cls.api.install_crd()
        # An API server holds up each creation of an object for two seconds while the definition of its kind is new, or
        # is of the future.
        cls.api.set_clock(50 * DAY)
        cls.place = World(cls.api, PROGRAM)
        cls.first = cls.copy(cls.api, "first")
        cls.place.begin()
        cls.enterClassContext(cls.place.webhook)
        cls.enterClassContext(cls.place.late)
        cls.place.call()  # the API server has just heard of it
        cls.place.calls = cls.place.failed = 0
        cls.chance = random.Random(7)

    @classmethod
    def copy(cls, api, name):
        controller = cls.enterClassContext(MovedController(PROGRAM, api, name, "--interval", "100ms", "--timeout", "1m"))
        cls.place.copies.append(controller)
        return controller

    def setUp(self):
        self.events = len(self.first.events())
        self.began = self.place.passed

    def tearDown(self):
        self.assertEqual(self.place.failed, 0)
        print(f"{self._testMethodName}: {(self.place.passed - self.began) / DAY:.1f} days, {self.place.calls} calls, "
              f"{self.place.failed} not answered")
        self.place.calls = 0

    def happened(self, event):
        return sum(line["event"] == event for line in self.first.events()[self.events:])

    def step(self):
        return self.chance.randint(HOUR, 2 * DAY)

    def delete(self, *secrets):
        self.api.must("-n", NAME, "delete", "secret", *secrets)

    def outage(self, seconds):
        """The API server is away for so long."""
        failed = len(self.first.events("api-failed"))
        self.api.stop_api_server()
        eventually(lambda: len(self.first.events("api-failed")) > failed, "failure")
        self.place.pass_time(seconds)
        self.api.start_api_server()

    def test_a_four_hundred_days(self):
        """A new certificate when two thirds of seven days are over, and not earlier; a new CA when two thirds of a
        year are."""
        self.place.walk(400, self.step)
        certificates = self.happened("certificate-issued")
        print("  certificates:", certificates)
        self.assertEqual([self.happened(f"ca-{what}") for what in ("introduced", "promoted", "forgotten")], [1, 1, 1])
        self.assertGreaterEqual(certificates, 400 * DAY // (LEAF * 2 // 3 + 2 * DAY))
        self.assertLessEqual(certificates, 400 * DAY // (LEAF * 2 // 3) + 1)

    def test_b_outage_over_a_renewal(self):
        self.place.pass_time(self.place.leaf_left() - LEAF // 3 - HOUR)
        before = self.place.stored
        self.outage(2 * DAY)
        self.place.must_answer("after an outage")
        self.place.settle()
        self.assertNotEqual(self.place.stored, before)

    def test_c_outage_longer_than_the_certificate(self):
        self.outage(8 * DAY)
        self.place.repair()

    def test_d_outage_while_a_ca_takes_over(self):
        self.delete(SECRETS[1])
        for done in ("ca-introduced", "ca-promoted"):
            self.place.until(lambda event=done: self.happened(event), done)
            self.outage(HOUR)
            self.place.must_answer(f"after an outage after {done}")
        self.place.settle()

    def test_e_clocks_are_set(self):
        """What was served goes on to be served wherever it is valid by the new clock; where not, it is soon again."""
        for seconds, ends in ((5 * MINUTE, False), (-5 * MINUTE, False), (DAY, False), (-DAY, False), (8 * DAY, True),
                              (-8 * DAY, False), (YEAR, True), (-YEAR, False), (-30 * DAY, False), (30 * DAY, True)):
            with self.subTest(days=seconds / DAY):
                self.place.leap(seconds)
                if ends:
                    self.place.repair()
                else:
                    self.place.must_answer("after the clock was set")
                    self.place.settle()

    def test_f_secrets_deleted(self):
        for gone in (SECRETS[:1], SECRETS[1:], SECRETS):
            with self.subTest(gone=gone):
                self.place.leap(-12 * HOUR)
                before = self.place.stored
                self.delete(*gone)
                self.place.settle()
                self.assertNotEqual(self.place.stored, before)

    def test_g_ca_bundles_edited(self):
        """Until it is repaired the API server trusts nobody."""
        for seconds, bundle in ((12 * HOUR, None), (-12 * HOUR, self.place.stranger())):
            self.place.leap(seconds)
            for kind in KINDS:
                patch = [{"op": "replace" if bundle else "remove", "path": "/webhooks/0/clientConfig/caBundle",
                          "value": bundle}]
                self.api.must("patch", kind, NAME, "--type=json", "-p", json.dumps(patch))
            self.place.repair()

    def test_h_two_api_servers_a_day_apart(self):
        """A copy of the controller at each, so each takes another time for the right one."""
        second = self.enterContext(SecondApiServer(self.api))
        second.set_clock(self.api.ahead + DAY)
        second.install_crd()
        self.place.apis.append(second)
        other = self.copy(second, "second")
        self.place.walk(20, self.step)
        self.delete(SECRETS[1])
        self.place.walk(10, self.step)
        both = [len(copy.events("certificate-issued")) for copy in (self.first, other)]
        print("  certificates of each copy:", both, "conflicts:", [len(copy.events("conflict")) for copy in (self.first, other)])


if __name__ == "__main__":
    main(clock.missing)
