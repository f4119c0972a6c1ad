package org.gotm.ffm.linux;

import static org.assertj.core.api.Assertions.assertThat;

import org.gotm.ffm.Command;
import org.junit.jupiter.api.Test;

class UserAccountTest {
  @Test
  void shouldKnowAUserAsIdDoes() {
    UserAccount user = UserAccount.find("daemon").orElseThrow();

    assertThat(user.uid()).hasToString(Command.check("id", "-u", "daemon").strip());
    assertThat(user.gid()).hasToString(Command.check("id", "-g", "daemon").strip());
    assertThat(user.isRoot()).isFalse();
  }

  @Test
  void shouldKnowRoot() {
    assertThat(UserAccount.find("root"))
        .hasValueSatisfying(root -> assertThat(root.isRoot()).isTrue());
  }

  @Test
  void shouldFindNobodyOfANameThatNobodyHas() {
    assertThat(UserAccount.find("no such user")).isEmpty();
  }
}
